import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/build';
import type { JsonObject, SpooledEvent } from '../../src/capture/spoolRecord';
import type { MessageBody, NewMessage } from '../../src/queue/message';
import { readRecording, turnsOf } from '../recordedSession';

const folder = join(root, 'test/fixtures/recordings/claude-code/realistic');
const records = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .sort()
  .map((name) => readRecording(join(folder, name)));

/** Tool uses of recorded sessions: real sizes, real shapes. */
const uses = records
  .flatMap((session) => turnsOf(session))
  .flatMap((turn) => turn.messages)
  .flatMap(({ body }) => (body.kind === 'observation' && 'use' in body ? [body.use] : []));

export const meanBodyBytes = Math.round(
  uses.reduce((sum, use) => sum + JSON.stringify(use).length, 0) / uses.length,
);

let made = 0;

/** A message as capture makes it: a recorded tool use, under two names that nothing else has. */
export function newMessage(sessionId: number): NewMessage {
  const toolUseId = `toolu_${randomBytes(12).toString('hex')}`;
  const body: MessageBody = { kind: 'observation', use: { ...uses[made++ % uses.length]!, toolUseId } };
  return {
    ...{ sessionId, promptNumber: 1, createdAt: Date.now(), body },
    dedupeKeys: [
      { key: `event:${randomBytes(16).toString('hex')}` },
      { key: `claude-code:${randomUUID()}:toolUsed:${toolUseId}` },
    ],
  };
}

export function newMessages(count: number, sessionId: number): NewMessage[] {
  return Array.from({ length: count }, () => newMessage(sessionId));
}

/** The recorded sessions' events over and over, as the hook program writes them, each time as other sessions. */
export function* spoolRecords(): Generator<SpooledEvent, never> {
  for (;;) {
    for (const session of records) {
      const tag = randomBytes(4).toString('hex');
      for (const record of session) yield inSession(record, tag);
    }
  }
}

function inSession(record: SpooledEvent, tag: string): SpooledEvent {
  const payload: JsonObject = { ...record.payload };
  for (const name of ['session_id', 'prompt_id', 'tool_use_id']) {
    const id = payload[name];
    if (typeof id === 'string') payload[name] = `${tag}-${id}`;
  }
  return { ...record, id: `${tag}-${record.id}`, at: Date.now(), payload };
}
