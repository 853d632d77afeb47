import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { Deferred } from '../../src/base/async';
import { engineFiles, root } from '../../scripts/build';
import { writeSpoolRecord } from '../../src/hook/spoolWriter';
import type { Idle, Question } from './hostChild';
import { spoolRecords } from './messages';

const RATE = 50;

export interface HostFigures {
  /** How late the main thread's timer came, ms, in blocks: with our work, and with nothing of ours. */
  delays: number[][];
  baselineDelays: number[][];
  idle: Idle;
  baselineIdle: Idle;
  /** Resident memory, MB: an empty process, the keeper just open, and after its work. */
  memory: { empty: number; open: number; worked: number };
  accepted: number;
}

/** @param storeFolder a storage folder with a store in it; the baseline's records go to `emptyFolder`. */
export async function measureHost(
  storeFolder: string,
  emptyFolder: string,
  { blocks, blockMs, idleMs }: { blocks: number; blockMs: number; idleMs: number },
): Promise<HostFigures> {
  const program = join(emptyFolder, 'hostChild.cjs');
  buildSync({
    ...{ entryPoints: [join(root, 'bench/queue/hostChild.ts')], outfile: program },
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' },
  });
  const [ours, empty] = [new Host(program), new Host(program)];
  try {
    const memory = { empty: await ours.ask<number>({ kind: 'memory' }), open: 0, worked: 0 };
    await ours.ask({ kind: 'start', folder: storeFolder, engineFiles });
    memory.open = await ours.ask({ kind: 'memory' });

    const records = spoolRecords();
    const fill = (folder: string) => () => writeSpoolRecord(folder, records.next().value);
    const [delays, baselineDelays] = [[] as number[][], [] as number[][]];
    for (let block = -1; block < blocks; block++) {
      // The same records are written in both, so that the disk is as busy.
      const baseline = await whileFilling(fill(emptyFolder), () =>
        empty.ask<number[]>({ kind: 'delay', ms: blockMs }),
      );
      const with_ = await whileFilling(fill(storeFolder), () =>
        ours.ask<number[]>({ kind: 'delay', ms: blockMs }),
      );
      await ours.ask({ kind: 'drain' });
      // The first block compiles the code.
      if (block < 0) continue;
      baselineDelays.push(baseline);
      delays.push(with_);
    }
    const accepted = await ours.ask<number>({ kind: 'drain' });
    memory.worked = await ours.ask({ kind: 'memory' });

    const [idle, baselineIdle] = await Promise.all([
      ours.ask<Idle>({ kind: 'idle', ms: idleMs }),
      empty.ask<Idle>({ kind: 'idle', ms: idleMs }),
    ]);
    return { delays, baselineDelays, idle, baselineIdle, memory, accepted };
  } finally {
    await Promise.all([ours.stop(), empty.stop()]);
  }
}

async function whileFilling<T>(fill: () => void, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(fill, 1_000 / RATE);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** The other process: one question at a time. */
class Host {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #answered: Deferred<unknown> | undefined;

  constructor(program: string) {
    this.#child = fork(program, [], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: { value?: unknown; error?: string }) => {
      if (reply.error === undefined) this.#answered?.resolve(reply.value);
      else this.#answered?.reject(new Error(reply.error));
    });
    this.#exit = once(this.#child, 'exit').then(() =>
      this.#answered?.reject(new Error('The host process ended.')),
    );
  }

  ask<T>(question: Question): Promise<T> {
    this.#answered = new Deferred<unknown>();
    this.#child.send(question);
    return this.#answered.promise as Promise<T>;
  }

  async stop(): Promise<void> {
    this.#answered = undefined;
    if (this.#child.connected) this.#child.send({ kind: 'stop' } satisfies Question);
    await this.#exit;
  }
}
