import * as z from 'zod';
import { removePrivate } from '../privacy';
import type { JsonObject, JsonValue } from '../spoolRecord';
import { clean, cleanText, readLines } from './lines';
import type { LineCounts, Step, TranscriptSession } from './step';

const knownTypes = new Set([
  ...[
    'session_meta',
    'turn_context',
    'response_item',
    'event_msg',
    'compacted',
    'world_state',
    'ghost_snapshot',
  ],
]);

const text = z.string().optional().catch(undefined);
const rolloutLine = z.looseObject({
  timestamp: text,
  type: z.string(),
  payload: z.looseObject({
    type: text,
    id: text,
    cwd: text,
    turn_id: text,
    message: text,
    name: text,
    arguments: text,
    input: text,
    call_id: text,
    output: z.custom<JsonValue>().optional(),
  }),
});
type Payload = z.infer<typeof rolloutLine>['payload'];

const exitCode = /^(?:Process exited with code|Exit code:) (-?\d+)$/m;
const frame = /^[\s\S]{0,400}?^Output:\n/m;

interface Call {
  at: number;
  promptId: string | undefined;
  name: string;
  input: JsonValue;
}

/** Reads one rollout of Codex. Its events repeat what its items tell: calls come from items, words from events. */
export class CodexRollout {
  readonly counts: LineCounts = { lines: 0, skipped: 0, unknown: 0 };
  readonly #steps: Step[] = [];
  readonly #calls = new Map<string, Call>();
  #sessionId = '';
  #cwd = '';
  #turnId = '';
  #promptId: string | undefined;
  #prompts = 0;
  #said: { text: string; at: number } | undefined;

  /** @throws what reading the file throws. */
  async read(file: string, signal?: AbortSignal): Promise<void> {
    for await (const value of readLines(file, signal)) {
      this.counts.lines++;
      const { data } = rolloutLine.safeParse(value);
      if (!data) this.counts.skipped++;
      else if (!knownTypes.has(data.type)) this.counts.unknown++;
      else this.#take(data.type, data.payload, Date.parse(data.timestamp ?? '') || 0);
    }
    this.#endTurn();
  }

  session(): TranscriptSession {
    return {
      ...{ agent: 'codex', agentSessionId: this.#sessionId, cwd: this.#cwd, steps: this.#steps },
      withoutResult: this.#calls.size,
    };
  }

  #take(type: string, payload: Payload, at: number): void {
    // A fork begins with the meta lines of the sessions that it comes from.
    if (type === 'session_meta') this.#sessionId ||= payload.id ?? '';
    if (type === 'session_meta' || type === 'turn_context') this.#cwd = payload.cwd ?? this.#cwd;
    this.#turnId = payload.turn_id ?? this.#turnId;
    switch (payload.type ?? '') {
      case 'user_message':
        return this.#prompt(payload.message ?? '', at);
      case 'agent_message':
        this.#said = { text: cleanText(payload.message ?? ''), at };
        return;
      case 'function_call':
      case 'custom_tool_call':
        return this.#call(payload, at);
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.#output(payload, at);
      case 'turn_aborted':
        this.#said = undefined;
    }
  }

  #prompt(words: string, at: number): void {
    this.#endTurn();
    const open = removePrivate(words);
    this.#prompts++;
    this.#promptId = this.#turnId || `prompt-${this.#prompts}`;
    this.#turnId = '';
    this.#steps.push({
      ...this.#common(at, `prompt:${this.#prompts}`),
      ...{ kind: 'prompt', promptId: this.#promptId, text: cleanText(words).trim() },
      isPrivate: open.removed > 0 && open.text.trim() === '',
    });
  }

  #call({ call_id: id, name, arguments: given, input }: Payload, at: number): void {
    if (!id || !name) return;
    const value = input === undefined ? parsed(given ?? '') : { command: input };
    this.#calls.set(id, { at, promptId: this.#promptId, name, input: clean(value) });
  }

  #output({ call_id: id, output }: Payload, at: number): void {
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (id === undefined || !call) return;
    this.#calls.delete(id);
    const shown = outputText(output);
    const code = exitCode.exec(shown)?.[1] ?? '0';
    const printed = cleanText(shown.replace(frame, ''));
    this.#steps.push({
      ...{ key: `tool:${id}`, at, cwd: this.#cwd, kind: 'tool', toolUseId: id },
      ...{ name: call.name, input: call.input },
      ...(call.promptId !== undefined && { promptId: call.promptId }),
      ...(code === '0' ? { response: printed } : { error: `Exit code ${code}\n${printed}` }),
    });
  }

  #endTurn(): void {
    if (!this.#said) return;
    const { text: said, at } = this.#said;
    this.#said = undefined;
    this.#steps.push({ ...this.#common(at, `end:${this.#prompts}:${at}`), kind: 'turnEnded', text: said });
  }

  #common(at: number, key: string) {
    return { key, at, cwd: this.#cwd, ...(this.#promptId !== undefined && { promptId: this.#promptId }) };
  }
}

/** Whether a file's first line is one of a rollout. */
export function isRolloutLine(value: JsonObject | undefined): boolean {
  return rolloutLine.safeParse(value).success;
}

function parsed(json: string): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return { input: json };
  }
}

/** Some versions wrap the output in an object, as JSON in a text. */
function outputText(output: JsonValue | undefined): string {
  const value = typeof output === 'string' && output.startsWith('{') ? parsed(output) : output;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((part) => outputText(part)).join('\n');
  if (typeof value !== 'object' || value === null) return '';
  const metadata = value['metadata'];
  const code =
    typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) && metadata['exit_code'];
  const inner = value['output'] ?? value['text'] ?? value['content'];
  const words = inner === undefined ? '' : typeof inner === 'string' ? inner : outputText(inner);
  return typeof code === 'number' ? `Exit code: ${code}\nOutput:\n${words}` : words;
}
