import type { Subagent } from '../vocabulary';
import type { Entry, SessionLines, ToolResult } from './claudeCodeTranscript';
import type { Step, TranscriptSession } from './step';

type EntryOf<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

/** The answers of Claude Code to a call that a person refused or stopped before it ran. */
const notRun = /^(?:The user doesn't want to|\[Request interrupted by user|Permission to use )/;

/** Links the lines of one session into steps, in the order in which the files tell them. */
export function claudeCodeSteps(session: SessionLines): TranscriptSession {
  const entries = withoutRepeats(session.entries);
  const linker = new Linker(session, entries);
  const title = session.customTitle || session.aiTitle;
  return {
    agent: 'claude-code',
    agentSessionId: session.agentSessionId,
    ...(title && { title }),
    cwd: entries[0]?.cwd ?? '',
    steps: linker.steps(),
    withoutResult: linker.withoutResult,
  };
}

/** A line can stand in two files; a waiting prompt stands again where it was taken up. */
function withoutRepeats(entries: readonly Entry[]): Entry[] {
  const typed = new Set(
    entries.flatMap((entry) => (entry.kind === 'prompt' && entry.source === 'typed' ? [entry.text] : [])),
  );
  const known = new Set<string>();
  return entries.filter((entry) => {
    if (entry.kind === 'prompt' && entry.source === 'waiting' && typed.has(entry.text)) return false;
    const key = entry.kind === 'call' ? `call ${entry.call.id}` : `${entry.kind} ${entry.uuid}`;
    return !known.has(key) && known.add(key);
  });
}

/** What a turn, or a sub-agent, said in its last message: its blocks may stand in several lines. */
class LastMessage {
  #id = '';
  #texts: string[] = [];
  entry: EntryOf<'said'> | undefined;

  add(entry: EntryOf<'said'>): void {
    if (entry.messageId !== this.#id) this.#texts = [];
    this.#id = entry.messageId;
    this.#texts.push(entry.text);
    this.entry = entry;
  }

  get text(): string {
    return this.#texts.join('\n');
  }
}

class Linker {
  readonly #steps: Step[] = [];
  /** Of each sub-agent, what is told of it. */
  readonly #subagents = new Map<string, Entry[]>();
  readonly #main: Entry[] = [];
  /** Ids under which a prompt stands already: a machine's line can carry the id of a person's. */
  readonly #promptIds = new Set<string>();
  withoutResult = 0;
  #promptId: string | undefined;
  #last = new LastMessage();
  #interrupted = false;

  constructor(
    private readonly session: SessionLines,
    entries: readonly Entry[],
  ) {
    const starts = inlineStarts(entries);
    for (const entry of entries) {
      if (!entry.isSidechain) {
        this.#main.push(entry);
        continue;
      }
      const id = entry.agentId ?? starts.get(this.#root(entry.uuid)) ?? this.#root(entry.uuid);
      const own = this.#subagents.get(id);
      if (own) own.push(entry);
      else this.#subagents.set(id, [entry]);
    }
  }

  steps(): Step[] {
    for (const entry of this.#main) this.#take(entry);
    // What no call names was started by something that these files don't hold.
    for (const id of [...this.#subagents.keys()]) this.#subagent({ id });
    this.#endTurn();
    return this.#steps;
  }

  #take(entry: Entry): void {
    switch (entry.kind) {
      case 'prompt':
        return this.#prompt(entry);
      case 'call':
        this.#interrupted = false;
        return this.#call(entry);
      case 'said':
        this.#interrupted = false;
        return this.#last.add(entry);
      case 'interrupted':
        this.#interrupted = true;
        return;
      case 'compacted':
        this.#steps.push({ ...this.#common(entry, 'compacted'), kind: 'compacted', text: entry.text });
        return;
      case 'notified':
        // A sub-agent whose own lines are there has told it itself.
        if (this.#subagents.has(entry.agentId) || !this.#startedBy(entry.agentId)) return;
        this.#report({ id: entry.agentId }, entry, entry.text);
    }
  }

  #prompt(entry: EntryOf<'prompt'>): void {
    this.#endTurn();
    const given = entry.agentPromptId;
    const promptId = given !== undefined && !this.#promptIds.has(given) ? given : entry.uuid;
    this.#promptIds.add(promptId);
    this.#promptId = promptId;
    const { text, isPrivate } = entry;
    this.#steps.push({ ...this.#common(entry, 'prompt'), kind: 'prompt', promptId, text, isPrivate });
  }

  /** A turn that was stopped has no end: what comes after it shows that. */
  #endTurn(): void {
    const { entry, text } = this.#last;
    this.#last = new LastMessage();
    const interrupted = this.#interrupted;
    this.#interrupted = false;
    if (!entry || interrupted) return;
    const common = this.#common(entry, 'end');
    this.#steps.push(
      entry.isError
        ? { ...common, kind: 'turnEnded', text: '', failure: text }
        : { ...common, kind: 'turnEnded', text },
    );
  }

  #call(entry: EntryOf<'call'>, subagent?: Subagent): void {
    const { id, name, input } = entry.call;
    const result = this.session.results.get(id);
    // Nothing tells what came of it: it is running still, or was stopped.
    if (!result || (result.failed && notRun.test(result.text))) {
      this.withoutResult++;
      return;
    }
    const started = this.#subagentOf(entry, result);
    if (started) this.#subagent(started);
    this.#steps.push({
      ...this.#common({ ...entry, at: result.at }, 'tool', id),
      ...{ kind: 'tool', toolUseId: id, name, input },
      ...(result.failed ? { error: result.text } : { response: result.response }),
      ...(subagent && { subagent }),
    });
  }

  /** The sub-agent that the call has started, where its own lines are told. */
  #subagentOf({ call }: EntryOf<'call'>, { agentId }: ToolResult): Subagent | undefined {
    const id = [agentId, call.id].find((known) => known !== undefined && this.#subagents.has(known));
    if (id === undefined) return undefined;
    const input = call.input as { subagent_type?: unknown } | null;
    const type = typeof input === 'object' ? input?.subagent_type : undefined;
    return { id, ...(typeof type === 'string' && { type }) };
  }

  /** What a sub-agent did, and its last words. Its steps belong to the turn that started it. */
  #subagent(subagent: Subagent): void {
    const entries = this.#subagents.get(subagent.id) ?? [];
    this.#subagents.delete(subagent.id);
    const last = new LastMessage();
    for (const entry of entries) {
      if (entry.kind === 'call') this.#call(entry, subagent);
      else if (entry.kind === 'said' && !entry.isError) last.add(entry);
    }
    if (last.entry) this.#report(subagent, last.entry, last.text);
  }

  #report(subagent: Subagent, entry: Entry, text: string): void {
    this.#steps.push({ ...this.#common(entry, 'report'), kind: 'report', subagent, text });
  }

  #startedBy(agentId: string): boolean {
    return [...this.session.results.values()].some((result) => result.agentId === agentId);
  }

  #common(entry: Entry, kind: string, id = entry.uuid) {
    const { at, cwd } = entry;
    return {
      key: `${kind}:${id}`,
      at,
      cwd,
      ...(this.#promptId !== undefined && { promptId: this.#promptId }),
    };
  }

  /** The first line of the chain. Parents may be missing, and a chain may run in a circle. */
  #root(uuid: string): string {
    const seen = new Set<string>();
    let at = uuid;
    for (let parent = this.session.parents.get(at); parent && !seen.has(parent);) {
      seen.add((at = parent));
      parent = this.session.parents.get(at);
    }
    return at;
  }
}

/** Of each first line of a side chain inside the file, the call that started it: they share the prompt's text. */
function inlineStarts(entries: readonly Entry[]): Map<string, string> {
  const calls = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind !== 'call') continue;
    const input = entry.call.input as { prompt?: unknown } | null;
    if (typeof input === 'object' && typeof input?.prompt === 'string')
      calls.set(input.prompt.trim(), entry.call.id);
  }
  return new Map(
    entries.flatMap((entry) => {
      const call = entry.kind === 'prompt' && entry.isSidechain ? calls.get(entry.text) : undefined;
      return call === undefined ? [] : [[entry.uuid, call] as const];
    }),
  );
}
