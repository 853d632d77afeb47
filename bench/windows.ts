/**
 * npm run -s bench:windows [-- --json]: from a message queued in one window to the moment at which the keeper, another
 * process, hands it to its distiller; and what a follower costs while nothing happens. `--json` puts the figures on
 * the last line.
 */
import { makeFolder, removeFolders } from '../test/support/store';
import { quantile, WindowFleet, type WindowProcess } from '../test/support/windowFleet';
import { build } from '../scripts/build';

const MESSAGES = 200;
const IDLE_MS = 10_000;

/** ms between the sending of each message and its claim in the keeper; both processes read the same clock. */
async function wakeLatencies(keeper: WindowProcess, follower: WindowProcess): Promise<number[]> {
  const latencies: number[] = [];
  keeper.tell('watch');
  for (let i = -20; i < MESSAGES; i++) {
    const claimed = keeper.hear('a claim', ({ claimedAt }) => claimedAt !== undefined, keeper.lines.length);
    follower.tell(`send wake-${i}`);
    const [{ claimedAt }, { sentAt }] = await Promise.all([
      claimed,
      follower.hear('an answer', ({ accepted }) => accepted === `wake-${i}`),
    ]);
    if (i >= 0) latencies.push(claimedAt! - sentAt!);
  }
  return latencies;
}

/** ms of CPU time a second. */
async function idleCpu(follower: WindowProcess): Promise<number> {
  const used = async () => {
    const from = follower.lines.length;
    follower.tell('cpu');
    const { cpu } = await follower.hear('its CPU time', (line) => !!line.cpu, from);
    return (cpu!.user + cpu!.system) / 1_000;
  };
  // V8 collects what the work before has left, once, some seconds after it.
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  const before = await used();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return ((await used()) - before) / (IDLE_MS / 1_000);
}

async function main(): Promise<void> {
  build();
  const fleet = await WindowFleet.over(await makeFolder());
  try {
    const keeper = fleet.open();
    await keeper.become('keeping');
    const follower = fleet.open();
    await follower.become('following');
    const latencies = await wakeLatencies(keeper, follower);
    const result = {
      messages: latencies.length,
      wakeMsP50: rounded(quantile(latencies, 0.5)),
      wakeMsP99: rounded(quantile(latencies, 0.99)),
      followerIdleCpuMsPerSecond: rounded(await idleCpu(follower)),
    };
    console.log(`from a message in one window to the distiller in another (${MESSAGES}):`);
    console.log(`  p50 ${result.wakeMsP50} ms, p99 ${result.wakeMsP99} ms; it is on disk by then`);
    console.log(`an idle follower: ${result.followerIdleCpuMsPerSecond} ms of CPU time a second`);
    if (process.argv.includes('--json')) console.log(JSON.stringify(result));
  } finally {
    await fleet.end();
    await removeFolders();
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

void main();
