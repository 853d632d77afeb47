import { Random } from '../../support/random';
import { openHere } from '../../support/sqlite';
import { QueueModel } from '../queueModel';
import { defects, storeRows } from '../storeRows';
import { judge, noTotals, type Totals, type Verdict } from '../verdict';
import { Disk, type Image } from './disk';
import { imageAt } from './image';
import { KillDamageError, record, STORE, type Recording } from './recording';

export interface PowerCutOptions {
  /** Images that are looked at. */
  rounds: number;
  seed: number;
  /** The negative control: `synchronous=OFF`. */
  unsafe: boolean;
  /** Hears of each damaged image. */
  report: (text: string) => void;
}

const IMAGES_OF_A_RECORDING = 10;

/** Cuts the power at random moments of recorded runs, and looks at what is left. */
export async function powerCutRounds(options: PowerCutOptions): Promise<Totals> {
  const totals = noTotals();
  const random = new Random(options.seed);
  while (totals.rounds < options.rounds) {
    const recording = await recordingOf(random.fork(), options);
    if (!recording) {
      totals.rounds++;
      totals.lost++;
      continue;
    }
    for (let i = 0; i < IMAGES_OF_A_RECORDING && totals.rounds < options.rounds; i++) {
      const complaints = await cutPower(recording, random.fork(), totals);
      if (complaints.length === 0) continue;
      const where = `image ${totals.rounds}, seed ${options.seed}`;
      options.report(`${where}\n  ${complaints.slice(0, 6).join('\n  ')}`);
    }
  }
  return totals;
}

/** Undefined where a kill alone did damage, which it may only without syncs. */
async function recordingOf(
  random: Random,
  { unsafe, report }: PowerCutOptions,
): Promise<Recording | undefined> {
  try {
    return await record(random, unsafe);
  } catch (error) {
    if (!unsafe || !(error instanceof KillDamageError)) throw error;
    report(error.message);
    return undefined;
  }
}

/** What is wrong; counted in the totals. */
async function cutPower({ log, operations }: Recording, random: Random, totals: Totals): Promise<string[]> {
  const cut = random.int(0, log.length);
  const asked = operations.filter(({ askedAt }) => askedAt <= cut);
  // An operation that is answered stands on all before it, answered or not.
  const acknowledged = asked.findLastIndex(({ answeredAt }) => answeredAt <= cut) + 1;
  totals.rounds++;
  totals.accepted += asked.filter(({ accepts, answeredAt }) => accepts && answeredAt <= cut).length;
  let verdict: Verdict;
  try {
    const found = await read(imageAt(new Map(), log, cut, random), random);
    const all = asked.map(({ operation }) => operation);
    verdict = judge(new QueueModel(), all, acknowledged, found);
  } catch (error) {
    totals.unopenable++;
    return [`cut at ${cut} of ${log.length}: can't be opened: ${String(error)}`];
  }
  totals.lost += verdict.lost;
  totals.duplicated += verdict.duplicated;
  return verdict.differences.map((difference) => `cut at ${cut} of ${log.length}: ${difference}`);
}

/** Opens the store in the image with the real engine; at times the power fails again while it recovers. */
async function read(image: Image, random: Random): Promise<Map<string, string>> {
  const disk = new Disk(image, random.fork());
  const connection = await openHere(STORE, disk);
  let rows: Map<string, string>;
  try {
    const wrong = defects(connection);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    rows = storeRows(connection);
  } finally {
    connection.close();
  }
  if (disk.log.length === 0 || random.chance(0.7)) return rows;
  return read(imageAt(image, disk.log, random.int(0, disk.log.length), random), random);
}
