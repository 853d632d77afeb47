import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { createBuiltinProvider } from '../../src/distill/providers/builtin/builtinProvider';
import { Keeper } from '../../src/keeper/keeper';
import { waitForOwnership } from '../../src/keeper/ownership';
import { engineFiles } from '../../scripts/build';

/** `keeperChild FOLDER`: keeps the folder until it is killed; says `ready`, and `idle` when the spool is read and
 * nothing waits. */
async function main(folder: string): Promise<void> {
  await waitForOwnership(folder, new AbortController().signal);
  const keeper = await Keeper.start({
    ...{ folder, engineFiles, provider: createBuiltinProvider(), clock: systemClock, log: silentLogger },
    onFailure: (error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  });
  let read = false;
  const tell = () => {
    if (read && !keeper.manager.isAnySessionProcessing()) process.stdout.write('idle\n');
  };
  process.stdout.write('ready\n');
  keeper.queue.onTransitions(tell);
  await keeper.rescan();
  read = true;
  tell();
}

void main(process.argv[2]!);
