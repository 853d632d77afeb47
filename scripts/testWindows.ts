/**
 * npm run -s test:windows [-- --json --seconds N]: four windows as plain processes over one real folder, with
 * 50 messages a second in all, while their keeper is killed again and again. Ends with 1 when a message was lost or
 * doubled, or two windows kept the store at once.
 */
import { parseArgs } from 'node:util';
import { makeFolder, removeFolders } from '../test/support/store';
import { quantile, WindowFleet } from '../test/support/windowFleet';
import { build } from './build';

const WINDOWS = 4;
const MESSAGES_A_SECOND = 50;
const KILL_EVERY_MS = 5_000;
const MIN_KILLS = 3;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '60' } },
  });
  build();
  const ms = Number(values.seconds) * 1_000;
  const fleet = await WindowFleet.over(await makeFolder());
  const open = () => {
    const window = fleet.open();
    window.tell(`rate ${MESSAGES_A_SECOND / WINDOWS}`);
    return window;
  };
  try {
    await Promise.all(Array.from({ length: WINDOWS }, () => open().hear('a state', ({ state }) => !!state)));
    const end = Date.now() + ms;
    const kills = Math.max(MIN_KILLS, Math.floor(ms / KILL_EVERY_MS) - 1);
    for (let kill = 1; kill <= kills; kill++) {
      await pause(ms / (kills + 1));
      await fleet.killKeeper();
      open();
    }
    await pause(end - Date.now());
    for (const window of fleet.windows) window.tell('rate 0');
    await pause(500);
    await fleet.end();
    const { lost, duplicated } = await fleet.account();
    const result = {
      windows: WINDOWS,
      accepted: fleet.accepted.size,
      lost: lost.length,
      duplicated: duplicated.length,
      takeovers: fleet.takeoverMs.length,
      takeoverMsMedian: quantile(fleet.takeoverMs, 0.5),
      takeoverMsMax: Math.max(0, ...fleet.takeoverMs),
      twoOwners: fleet.twoOwners,
    };
    for (const line of [...fleet.refused, ...fleet.failures].slice(0, 20)) console.error(line);
    if (values.json) console.log(JSON.stringify(result));
    else console.table(result);
    const clean = lost.length + duplicated.length + fleet.twoOwners + fleet.refused.length === 0;
    process.exitCode = clean && fleet.takeoverMs.length >= MIN_KILLS && fleet.accepted.size > 0 ? 0 : 1;
  } finally {
    await fleet.end();
    await removeFolders();
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

void main();
