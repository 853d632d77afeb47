import { createHash } from 'node:crypto';
import type { CaptureOutcome } from '../capture';
import { countOutcome, noEvents, type EventCounts } from '../eventCounts';
import { isAboutExcluded, withoutExcludedLines } from '../excludedFiles';
import { Exclusions, type ExclusionSettings } from '../exclusions';
import { identifyProject } from '../projectIdentity';
import { scrub } from '../scrub';
import type { JsonObject, SpooledEvent } from '../spoolRecord';
import type { AgentId, ProjectRef } from '../vocabulary';
import type { StoredPrompt } from '../../session/sessionStore';
import { Turns } from './lines';
import { readTranscript } from './readSession';
import type { LineCounts, Step, TranscriptSession } from './step';

/** A session whose last line is younger than this may be at work: its last turn is left to its hooks, ms. */
const AT_WORK_MS = 10 * 60 * 1_000;
/** A prompt of a live session and one of a transcript with the same text are one when they come this close, ms. */
const SAME_PROMPT_MS = 5 * 60 * 1_000;

/** Where past sessions go. All of it may be in another process. */
export interface ImportTarget {
  /** What is stored of a session; undefined where nothing is. */
  importedBefore(
    agent: AgentId,
    agentSessionId: string,
  ): Promise<{ endedAt?: number; prompts: StoredPrompt[] } | undefined>;
  /** Like the event of a hook: durable when it resolves, and the same again changes nothing. */
  acceptEvent(record: SpooledEvent): Promise<CaptureOutcome>;
}

export interface ImportOptions {
  now: number;
  /** What a person has set not to be captured. */
  exclusions: ExclusionSettings;
  signal?: AbortSignal;
  /** Called after each file with the number of files that are done. */
  onProgress?: (done: number) => void;
}

export interface ImportResult extends LineCounts {
  sessions: number;
  events: EventCounts;
}

/**
 * Imports past sessions. Repeatable: what is stored already, from a hook or an earlier import, adds nothing, and one
 * that was broken off is completed by the next.
 * @throws what reading and the target throw, and the signal's reason; what was accepted until then stays.
 */
export async function importTranscripts(
  files: readonly string[],
  target: ImportTarget,
  options: ImportOptions,
): Promise<ImportResult> {
  const exclusions = new Exclusions(options.exclusions);
  const result: ImportResult = { lines: 0, skipped: 0, unknown: 0, sessions: 0, events: noEvents() };
  const done = new Set<string>();
  for (const [index, file] of files.entries()) {
    if (!done.has(file)) {
      const { sessions, counts, files: read } = await readTranscript(file, options.signal);
      for (const each of read) done.add(each);
      result.lines += counts.lines;
      result.skipped += counts.skipped;
      result.unknown += counts.unknown;
      result.sessions += sessions.length;
      for (const session of sessions)
        await importSession(session, target, options, exclusions, result.events);
    }
    options.onProgress?.(index + 1);
  }
  return result;
}

async function importSession(
  session: TranscriptSession,
  target: ImportTarget,
  { now, signal }: ImportOptions,
  exclusions: Exclusions,
  events: EventCounts,
): Promise<void> {
  const stored = await target.importedBefore(session.agent, session.agentSessionId);
  const records = new SessionRecords(session, stored?.prompts ?? [], now, exclusions);
  const turns = new Turns();
  events.total += session.withoutResult;
  for (let i = 0; i < session.withoutResult; i++) countOutcome(events, { ignored: 'no-result' });
  for (const record of records.all(stored !== undefined, stored?.endedAt)) {
    signal?.throwIfAborted();
    events.total++;
    countOutcome(events, 'ignored' in record ? record : await target.acceptEvent(record));
    await turns.give();
  }
}

/** The steps of one session as the events that its hooks would have told. */
class SessionRecords {
  readonly #projects = new Map<string, ProjectRef>();
  /** The stored prompt of each prompt that is stored already. */
  readonly #stored = new Map<string, StoredPrompt>();
  readonly #privatePrompts = new Set<string>();

  constructor(
    private readonly session: TranscriptSession,
    prompts: readonly StoredPrompt[],
    private readonly now: number,
    private readonly exclusions: Exclusions,
  ) {
    const free = [...prompts];
    for (const step of session.steps) {
      if (step.kind !== 'prompt') continue;
      if (step.isPrivate) this.#privatePrompts.add(step.promptId);
      const at = free.findIndex((prompt) => isSame(prompt, step));
      if (at >= 0) this.#stored.set(step.promptId, free.splice(at, 1)[0]!);
    }
  }

  *all(isStored: boolean, endedAt: number | undefined): Generator<SpooledEvent | { ignored: string }> {
    const { steps } = this.session;
    const first = steps.find((step) => !this.#isInExcludedProject(step));
    if (!first) return yield* steps.map(() => ({ ignored: 'excluded' }));
    const last = Math.max(...steps.map(({ at }) => at));
    const atWork = this.now - last < AT_WORK_MS;
    if (!isStored) yield this.#record(first, 'start', 'SessionStart', this.#start());
    for (const step of steps) {
      const rule = this.#ruleAgainst(step, atWork && step === steps.at(-1));
      yield rule === undefined ? this.#recordUnlessExcluded(step) : { ignored: rule };
    }
    if (atWork || endedAt !== undefined) return;
    yield this.#record({ ...steps.at(-1)!, at: last }, 'finish', 'SessionEnd', { reason: 'imported' });
  }

  /** A title may tell of anything in the session, so it is not kept where some of that is not. */
  #start(): JsonObject {
    const { title, steps } = this.session;
    const isOpen = this.#privatePrompts.size === 0 && !steps.some((step) => this.#isInExcludedProject(step));
    return {
      source: 'startup',
      ...(isOpen && title !== undefined && { imported_title: title.slice(0, 200) }),
    };
  }

  #isInExcludedProject(step: Step): boolean {
    const cwd = step.cwd || this.session.cwd;
    return this.exclusions.coversProject(cwd, () => this.#project(cwd).root);
  }

  #recordUnlessExcluded(step: Step): SpooledEvent | { ignored: string } {
    const record = this.#recordOf(step);
    const cwd = step.cwd || this.session.cwd;
    const { files } = this.exclusions;
    if (isAboutExcluded(record.payload, files, cwd)) return { ignored: 'excluded' };
    return { ...record, payload: withoutExcludedLines(record.payload, files, cwd) };
  }

  #ruleAgainst(step: Step, isOpenEnd: boolean): string | undefined {
    const stored = step.promptId === undefined ? undefined : this.#stored.get(step.promptId);
    if (this.#isInExcludedProject(step)) return 'excluded';
    if (step.kind === 'prompt') return stored && 'duplicate';
    if (this.#privatePrompts.has(step.promptId ?? '')) return 'private-prompt';
    if (step.kind === 'tool') return undefined;
    // The hooks told this turn to its end, in words that a transcript need not repeat exactly.
    if (stored?.endedAt !== undefined) return 'duplicate';
    return step.kind === 'turnEnded' && isOpenEnd ? 'turn-at-work' : undefined;
  }

  #recordOf(step: Step): SpooledEvent {
    switch (step.kind) {
      case 'prompt': {
        const record = this.#record(step, step.key, 'UserPromptSubmit', { prompt: step.text });
        return step.isPrivate ? { ...record, privatePrompt: true } : record;
      }
      case 'tool':
        return this.#record(step, step.key, step.error === undefined ? 'PostToolUse' : 'PostToolUseFailure', {
          ...{ tool_name: step.name, tool_input: step.input, tool_use_id: step.toolUseId },
          ...(step.error === undefined ? { tool_response: step.response ?? null } : { error: step.error }),
          ...(step.subagent && subagentMembers(step.subagent)),
        });
      case 'report':
        return this.#record(step, `${step.key}:${hash(step.text)}`, 'SubagentStop', {
          ...subagentMembers(step.subagent),
          last_assistant_message: step.text,
        });
      case 'compacted':
        return this.#record(step, step.key, 'PostCompact', { compact_summary: step.text });
      case 'turnEnded':
        return this.#record(
          step,
          `${step.key}:${hash(step.text)}`,
          step.failure === undefined ? 'Stop' : 'StopFailure',
          {
            last_assistant_message: step.text,
            ...(step.failure !== undefined && { error: step.failure }),
          },
        );
    }
  }

  #record(step: Step, key: string, event: string, payload: JsonObject): SpooledEvent {
    const { agent, agentSessionId } = this.session;
    const cwd = step.cwd || this.session.cwd;
    const promptId = this.#promptId(step);
    // A session that was resumed or forked can begin with a copy of another one's lines, under the same ids.
    const isUnique = agent === 'claude-code' && key.startsWith(step.key);
    return {
      v: 1,
      id: `import-${hash(isUnique ? `${agent} ${key}` : `${agent} ${agentSessionId} ${key}`)}`,
      at: step.at,
      agent,
      event,
      project: this.#project(cwd),
      payload: {
        ...{ session_id: agentSessionId, cwd, hook_event_name: event },
        ...(promptId !== undefined && { prompt_id: promptId }),
        ...payload,
      },
    };
  }

  /** Under which id the store knows the prompt. */
  #promptId({ promptId }: Step): string | undefined {
    const stored = promptId === undefined ? undefined : this.#stored.get(promptId);
    return stored ? stored.agentPromptId : promptId;
  }

  #project(cwd: string): ProjectRef {
    let project = this.#projects.get(cwd);
    if (!project) {
      project = scrub({ ...identifyProject(cwd) }).value as unknown as ProjectRef;
      this.#projects.set(cwd, project);
    }
    return project;
  }
}

function isSame(stored: StoredPrompt, step: Step & { kind: 'prompt' }): boolean {
  if (stored.agentPromptId !== undefined && stored.agentPromptId === step.promptId) return true;
  const isNear = Math.abs(stored.createdAt - step.at) <= SAME_PROMPT_MS;
  return isNear && stored.isPrivate === step.isPrivate && (step.isPrivate || stored.text === step.text);
}

function subagentMembers({ id, type }: { id: string; type?: string }): JsonObject {
  return { agent_id: id, ...(type !== undefined && { agent_type: type }) };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
