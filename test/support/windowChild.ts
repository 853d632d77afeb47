import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import type { DistillProvider } from '../../src/distill/provider';
import { createBuiltinProvider } from '../../src/distill/providers/builtin/builtinProvider';
import { readOwnerRecord } from '../../src/keeper/ownerRecord';
import { Supervisor } from '../../src/keeper/supervisor';
import { engineFiles } from '../../scripts/build';
import { project, toolUse } from './store';

/**
 * `windowChild FOLDER NAME WITNESS`: all of a window but the window. On standard input come commands, each a line:
 * `rate N` (messages a second from now on, 0 for none), `send KEY`, `takeOver`, `endKeeper`, `sessions`, `clear`, `watch` (tells when the distiller is given messages), `stop`, `cpu`. On standard output go
 * lines of JSON. WITNESS is the name of an abstract socket that it holds while it keeps the store: taken already,
 * there are two owners.
 */
const [folder, name, witness] = process.argv.slice(2) as [string, string, string];
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** ms since the epoch, of the system's clock and finer than `Date.now`. */
const now = () => performance.timeOrigin + performance.now();

let isWatched = false;
const builtin = createBuiltinProvider();
const provider: DistillProvider = {
  ...builtin,
  distill: (batch, signal) => {
    if (isWatched) say({ claimedAt: now() });
    return builtin.distill(batch, signal);
  },
};

const supervisor = new Supervisor({
  ...{ folder, engineFiles, provider, clock: systemClock, log: silentLogger },
  version: '0.0.0-test',
  lingerMs: 200,
});

/** The kernel frees a dead process's sockets one after the other: the former witness may go a moment later. */
function hold(attempts = 10): void {
  const server = createServer().unref();
  server.once('error', () => {
    if (attempts > 0) setTimeout(() => hold(attempts - 1), 5);
    else say({ twoOwners: name });
  });
  server.listen(`\0${witness}`);
  const subscription = supervisor.onDidChangeState(({ kind }) => {
    if (kind === 'keeping') return;
    subscription.dispose();
    server.close();
  });
}

let before = '';
supervisor.onDidChangeState((state) => {
  if (state.kind === 'keeping' && before !== 'keeping') {
    hold();
    void readOwnerRecord(folder).then((record) => say({ generation: record?.generation }));
  }
  before = state.kind;
  const failure = state.kind === 'failed' || state.kind === 'elsewhere' ? state.error.message : undefined;
  const answering = state.kind === 'following' ? state.answering : undefined;
  say({ state: state.kind, failure, answering, at: Date.now() });
});

async function send(key: string): Promise<void> {
  const at = Date.now();
  const sentAt = now();
  try {
    const session = { agent: 'extension' as const, agentSessionId: `session-${name}`, project };
    const work = { use: toolUse(key, 'x'.repeat(1_500)) };
    const { duplicate } = await supervisor.client.queueObservation({ session, work, origin: { at, key } });
    say({ accepted: key, duplicate, took: Date.now() - at, sentAt });
  } catch (error) {
    say({ refused: key, why: String(error) });
  }
}

let timer: NodeJS.Timeout | undefined;
let count = 0;
createInterface(process.stdin).on('line', (line) => {
  const [command, argument = ''] = line.split(' ');
  if (command === 'rate') {
    clearInterval(timer);
    const rate = Number(argument);
    if (rate > 0) timer = setInterval(() => void send(`${name}-${++count}`), 1_000 / rate);
  } else if (command === 'send') void send(argument);
  else if (command === 'takeOver')
    supervisor.takeOver().then(
      () => say({ tookOver: true }),
      (error) => say({ tookOver: false, why: String(error) }),
    );
  else if (command === 'endKeeper')
    supervisor.endKeeper().then(
      () => say({ ended: true }),
      (error) => say({ ended: false, why: String(error) }),
    );
  else if (command === 'watch') isWatched = true;
  else if (command === 'cpu') say({ cpu: process.cpuUsage() });
  else if (command === 'sessions')
    void supervisor.client
      .sessions({ limit: 100 })
      .then((sessions) => say({ sessions, status: supervisor.client.status() }));
  else if (command === 'clear') void supervisor.clearAllData().then(() => say({ cleared: true }));
  else if (command === 'stop') void supervisor.stop().then(() => process.exit(0));
});
supervisor.start();
