import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { agentOf, eventOf, sessionIdOf } from '../capture/agentPayload';
import { countDropped } from '../capture/droppedEvents';
import { connectionTestEvent, isIgnoredEvent } from '../capture/events';
import { withoutExcludedLines } from '../capture/excludedFiles';
import { readExclusions } from '../capture/exclusions';
import type { JsonObject, SetAsideReason, SpooledSetAside } from '../capture/spoolRecord';
import { answerTo } from './context';
import { admit, cwdOf, eventRecord, isExcluded, projectOf } from './eventRecord';
import { parsePayload } from './payload';
import { PrivateMarker } from './privateMarker';
import { writeWithinLimit } from './spoolLimit';
import { newEventId } from './spoolWriter';
import { readStandardInput } from './standardInput';

/**
 * The hook program: `node hook.js --store DIR`, an agent's payload on standard input. It ends with exit code 0 and
 * says nothing on standard error, whatever happens: to an agent, anything else is a failure of its own work.
 */
const largestPayload = 10 * 1_048_576;
const longestWait = 5_000;

async function main(): Promise<void> {
  const storeDir = process.argv[process.argv.indexOf('--store') + 1];
  const { bytes, tooLarge } = await readStandardInput(process.stdin, largestPayload, longestWait);
  if (!process.argv.includes('--store') || storeDir === undefined) return;
  const parsed = tooLarge ? { reason: 'too-large' as const } : parsePayload(bytes);
  if ('reason' in parsed) return setAside(storeDir, parsed.reason, bytes);
  try {
    take(storeDir, parsed.payload);
  } catch (error) {
    // A full stack is the payload's fault; anything else (a full disk) would fail the second time too.
    if (error instanceof RangeError) setAside(storeDir, 'bad-payload', bytes);
  }
}

function take(storeDir: string, payload: JsonObject): void {
  const event = eventOf(payload);
  const agent = agentOf(payload, process.env);
  if (isIgnoredEvent(event, agent)) return;
  const exclusions = readExclusions(storeDir);
  // Nothing else can be known of a list that can't be read, so this is told as an event that was not kept.
  if (exclusions.everything) return countDropped(storeDir, 'failed');
  if (isExcluded(payload, exclusions)) return;
  if (!admit(payload, new PrivateMarker(storeDir, sessionIdOf(payload)))) return;
  const project = projectOf(payload);
  const answer = answerTo(agent, event, storeDir, project, payload);
  try {
    const origin = { id: newEventId(), at: performance.timeOrigin, agent, project };
    const open = withoutExcludedLines(payload, exclusions.files, cwdOf(payload));
    const record = eventRecord(open, origin);
    writeWithinLimit(storeDir, answer ? { ...record, contextCharacters: answer.characters } : record);
    if (event === connectionTestEvent) writeSync(1, JSON.stringify({ tidemarkConnectionTest: origin.id }));
  } finally {
    if (answer) writeSync(1, answer.text);
  }
}

function setAside(storeDir: string, reason: SetAsideReason, bytes: Buffer): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const record: SpooledSetAside = {
    v: 1,
    id: newEventId(),
    at: performance.timeOrigin,
    setAside: { reason, size: bytes.length, sha256 },
  };
  writeWithinLimit(storeDir, record);
}

process.on('uncaughtException', () => process.exit(0));
main().then(
  () => process.exit(0),
  () => process.exit(0),
);
