import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readClaudeCode } from '../src/capture/agents/claudeCode';
import { scrub } from '../src/capture/scrub';
import type { JsonObject, SpooledEvent } from '../src/capture/spoolRecord';
import type { AgentEvent } from '../src/capture/vocabulary';
import { cutBatches } from '../src/distill/gather';
import type { Batch, DistillProvider, Distillation } from '../src/distill/provider';
import type { Observation, SummaryContent } from '../src/memory/observation';
import type { MessageBody, PersistentMessage } from '../src/queue/message';
import { fillPlaceholders } from '../scripts/replay/placeholders';

/** The events of a recording as the spool would hold them. */
export function readRecording(file: string): SpooledEvent[] {
  const lines = fillPlaceholders(readFileSync(file, 'utf8')).split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      const { event, payload } = JSON.parse(line) as { event: string; payload: JsonObject };
      const root = typeof payload.cwd === 'string' ? payload.cwd : '/';
      return {
        v: 1,
        id: `${basename(file)}-${at}`,
        at: at * 1000,
        agent: 'claude-code',
        event,
        project: { key: root, name: basename(root), root },
        payload: scrub(payload).value as JsonObject,
      };
    });
}

/** One turn of a session: its prompt and the messages that belong to it. */
export interface Turn {
  promptNumber: number;
  prompt: string;
  root: string;
  messages: PersistentMessage[];
}

function bodyOf(event: AgentEvent, prompt: string): MessageBody | undefined {
  switch (event.type) {
    case 'toolUsed':
    case 'toolFailed':
      return { kind: 'observation', use: event.use };
    case 'subagentEnded':
      return event.lastAssistantMessage
        ? { kind: 'observation', report: { text: event.lastAssistantMessage, subagent: event.subagent } }
        : undefined;
    case 'compacted':
      return { kind: 'observation', report: { text: event.summary, subagent: { id: 'compaction' } } };
    case 'turnEnded':
      return {
        kind: 'summary',
        lastUserMessage: prompt,
        lastAssistantMessage: event.lastAssistantMessage ?? '',
        ...(event.failure === undefined ? {} : { failure: event.failure }),
      };
    case 'sessionStarted':
    case 'prompt':
    case 'privatePrompt':
    case 'sessionEnded':
      return undefined;
  }
}

/** The turns that capture makes of a recording: a prompt begins one, everything else goes on with it. */
export function turnsOf(records: readonly SpooledEvent[]): Turn[] {
  const turns: Turn[] = [
    { promptNumber: 0, prompt: '', root: records[0]?.project.root ?? '/', messages: [] },
  ];
  let nextId = 1;
  for (const record of records) {
    const event = readClaudeCode(record);
    if (!('type' in event)) continue;
    const before = turns.at(-1) as Turn;
    if (event.type === 'prompt' || event.type === 'privatePrompt') {
      const prompt = event.type === 'prompt' ? event.text : '';
      turns.push({ promptNumber: before.promptNumber + 1, prompt, root: before.root, messages: [] });
      continue;
    }
    const body = bodyOf(event, before.prompt);
    if (body === undefined) continue;
    const { promptNumber } = before;
    before.messages.push({
      id: nextId++,
      sessionId: 1,
      promptNumber,
      createdAt: event.at,
      attempts: 0,
      body,
    });
  }
  return turns.filter((turn) => turn.messages.length > 0);
}

/** What is remembered of a session, as the store would hold it. */
export interface SessionMemory {
  observations: Observation[];
  summaries: (SummaryContent & { promptNumber: number })[];
  skips: { messageId: number; rule: string }[];
  inputTokens: number;
}

/** Messages that no draft, no skip and no summary accounts for: empty when the provider keeps its contract. */
export function unaccounted(batch: Batch, result: Distillation): number[] {
  const told = new Set([
    ...result.observations.flatMap((draft) => draft.messageIds),
    ...result.skips.map((skip) => skip.messageId),
  ]);
  return batch.messages
    .filter(({ id, body }) => !told.has(id) && !(body.kind === 'summary' && result.summary !== undefined))
    .map(({ id }) => id);
}

/** Has a provider distil whole turns and keeps its results as the store would. Throws where a message is lost. */
export async function distilTurns(
  provider: DistillProvider,
  turns: readonly Turn[],
  cut: (messages: readonly PersistentMessage[]) => PersistentMessage[][] = (messages) =>
    cutBatches(messages, provider),
): Promise<SessionMemory> {
  const memory: SessionMemory = { observations: [], summaries: [], skips: [], inputTokens: 0 };
  for (const turn of turns) {
    for (const messages of cut(turn.messages)) {
      const { promptNumber, prompt, root } = turn;
      const batch: Batch = {
        session: { id: 1, agent: 'claude-code', project: basename(root), root },
        promptNumber,
        prompt,
        remembered: memory.observations.filter((one) => one.promptNumber === promptNumber),
        summaries: memory.summaries.filter((one) => one.promptNumber === promptNumber),
        otherTitles: memory.observations
          .filter((one) => one.promptNumber !== promptNumber)
          .map(({ title }) => title)
          .reverse(),
        messages,
      };
      const result = await provider.distill(batch, new AbortController().signal);
      const lost = unaccounted(batch, result);
      if (lost.length > 0) throw new Error(`messages not accounted for: ${lost.join(', ')}`);
      store(memory, batch, result, provider.id);
    }
  }
  return memory;
}

function store(memory: SessionMemory, batch: Batch, result: Distillation, provider: string): void {
  for (const { content, replaces } of result.observations) {
    const at = memory.observations.findIndex((one) => one.id === replaces);
    if (replaces !== undefined && at < 0) throw new Error(`no observation ${replaces} to replace`);
    const made: Observation = {
      ...content,
      id: replaces ?? memory.observations.length + 1,
      sessionId: 1,
      projectId: 1,
      promptNumber: batch.promptNumber,
      createdAt: batch.messages[0]?.createdAt ?? 0,
      provider,
      agent: 'claude-code',
    };
    if (at < 0) memory.observations.push(made);
    else memory.observations[at] = made;
  }
  if (result.summary !== undefined)
    memory.summaries.push({ ...result.summary, promptNumber: batch.promptNumber });
  memory.skips.push(...result.skips);
  memory.inputTokens += result.usage?.inputTokens ?? 0;
}
