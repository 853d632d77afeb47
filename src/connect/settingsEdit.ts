import type { Node } from 'jsonc-parser';
import type { AgentSettings, SettingsValue } from './agents/agentSettings';
import { SettingsUnreadableError } from './errors';
import { isOwnCommand } from './hookCommand';
import {
  appendDocument,
  appendTo,
  insert,
  layoutOf,
  memberNode,
  parseJson,
  removeChild,
  valueOf,
  type Addition,
  type Insertion,
} from './jsonText';
import type { ConnectionTarget } from './target';

/** Our entry of an event's list. */
type EntryOf = (event: string) => SettingsValue;

/** What connecting makes of a settings file. */
export interface ConnectedText {
  /** The file without anything of ours: what it is when it is disconnected. */
  without: string;
  after: string;
  /** What was put into `without`. Taking the same texts out again gives it back to the byte. */
  insertions: Insertion[];
  /** Lists and objects that are there and empty without us (`hooks`, `Stop`): nothing of ours to take away. */
  emptyWithout: string[];
  alreadyConnected: boolean;
}

/** The object that a settings file is; undefined where it is blank. @throws SettingsUnreadableError. */
export function settingsRoot(text: string, file: string): Node | undefined {
  const parsed = parseJson(text);
  if ('error' in parsed) throw new SettingsUnreadableError(file, `can't be read as JSON (${parsed.error})`);
  if (parsed.root && parsed.root.type !== 'object') throw new SettingsUnreadableError(file, 'is no object');
  return parsed.root;
}

/** Where the hooks stand in a file, whatever the agent. Throws SettingsUnreadableError. */
class HooksOf {
  readonly root: Node | undefined;
  readonly hooks: Node | undefined;

  constructor(
    readonly text: string,
    private readonly file: string,
    private readonly launcher: string,
  ) {
    this.root = settingsRoot(text, file);
    this.hooks = memberNode(this.root, 'hooks');
    if (this.hooks && this.hooks.type !== 'object') throw this.#unexpected('has “hooks” that are no object');
  }

  /** The list of an event. Throws where it is there and is no list. */
  list(event: string): Node | undefined {
    const list = memberNode(this.hooks, event);
    if (list && list.type !== 'array') throw this.#unexpected(`has hooks of ${event} that are no list`);
    return list;
  }

  /** The first own hook, with what holds it: a group that is ours alone counts as one. */
  firstOwn(): { list: Node; child: Node } | undefined {
    for (const property of this.hooks?.children ?? []) {
      const list = property.children?.[1];
      if (list?.type !== 'array') continue;
      for (const entry of list.children ?? []) {
        const group = memberNode(entry, 'hooks');
        const handlers = group?.type === 'array' ? (group.children ?? []) : [entry];
        const own = handlers.filter((handler) => this.#isOwn(handler));
        if (own.length === 0) continue;
        return own.length === handlers.length ? { list, child: entry } : { list: group!, child: own[0]! };
      }
    }
    return undefined;
  }

  /** How many own hooks there are, over all events. */
  ownCount(): number {
    const entries = (this.hooks?.children ?? []).flatMap((p) => p.children?.[1]?.children ?? []);
    return entries
      .flatMap((entry) => memberNode(entry, 'hooks')?.children ?? [entry])
      .filter((handler) => this.#isOwn(handler)).length;
  }

  empty(): string[] {
    const isEmpty = (node: Node | undefined) => node?.children?.length === 0;
    const events = (this.hooks?.children ?? []).filter((property) => isEmpty(property.children?.[1]));
    return [
      ...(isEmpty(this.hooks) ? ['hooks'] : []),
      ...events.map((property) => String(property.children?.[0]?.value)),
    ];
  }

  #isOwn(handler: Node): boolean {
    return ['command', 'commandWindows', 'bash', 'powershell'].some((name) => {
      const command: unknown = memberNode(handler, name)?.value;
      return typeof command === 'string' && isOwnCommand(command, this.launcher);
    });
  }

  #unexpected(reason: string): Error {
    return new SettingsUnreadableError(this.file, reason);
  }
}

/** What a settings file is with our hooks in it. @throws SettingsUnreadableError. */
export function connectText(
  text: string,
  agent: AgentSettings,
  target: ConnectionTarget,
  context: { file: string; launcher: string; keep: readonly string[] },
): ConnectedText {
  const present = new HooksOf(text, context.file, context.launcher);
  const without = disconnectText(text, context);
  const emptyWithout = new HooksOf(without, context.file, context.launcher).empty();
  const entryOf: EntryOf = (event) => agent.entry(target, event);
  if (isConnected(present, agent, entryOf))
    return { without, after: text, insertions: [], emptyWithout, alreadyConnected: true };
  const insertions = insertionsFor(new HooksOf(without, context.file, context.launcher), agent, entryOf);
  return { without, after: insert(without, insertions), insertions, emptyWithout, alreadyConnected: false };
}

/** A settings file without our hooks. Everything else stays as it is, to the byte. @throws SettingsUnreadableError. */
export function disconnectText(
  text: string,
  { file, launcher, keep }: { file: string; launcher: string; keep: readonly string[] },
): string {
  let current = text;
  const touched = new Set<string>();
  for (;;) {
    const hooks = new HooksOf(current, file, launcher);
    const own = hooks.firstOwn();
    if (own) {
      touched.add(eventOf(hooks, own.list));
      current = removeChild(current, own.list, own.child);
      continue;
    }
    const left = emptied(hooks, touched, keep);
    if (!left) return current;
    current = removeChild(current, left.container, left.child);
  }
}

/** An event's list, or `hooks` as a whole, that is empty because our hooks were taken out of it. */
function emptied(hooks: HooksOf, touched: ReadonlySet<string>, keep: readonly string[]) {
  const removable = (property: Node) => {
    const name = String(property.children?.[0]?.value);
    return touched.has(name) && !keep.includes(name) && property.children?.[1]?.children?.length === 0;
  };
  const list = hooks.hooks?.children?.find(removable);
  if (list) return { container: hooks.hooks!, child: list };
  const isEmpty = hooks.hooks?.children?.length === 0;
  if (touched.size > 0 && isEmpty && !keep.includes('hooks'))
    return { container: hooks.root!, child: hooks.hooks.parent! };
  return undefined;
}

function eventOf(hooks: HooksOf, list: Node): string {
  const property = hooks.hooks?.children?.find(({ offset, length }) => {
    return offset <= list.offset && list.offset < offset + length;
  });
  return String(property?.children?.[0]?.value);
}

function isConnected(hooks: HooksOf, agent: AgentSettings, entryOf: EntryOf): boolean {
  const has = (event: string) => {
    const wanted = JSON.stringify(entryOf(event));
    return hooks.list(event)?.children?.some((node) => JSON.stringify(valueOf(node)) === wanted) ?? false;
  };
  return hooks.ownCount() === agent.events.length && agent.events.every(has);
}

function insertionsFor(hooks: HooksOf, agent: AgentSettings, entryOf: EntryOf): Insertion[] {
  const { text, root } = hooks;
  const layout = layoutOf(text);
  const missing = agent.events.filter((event) => !hooks.list(event));
  const all = Object.fromEntries(missing.map((event) => [event, [entryOf(event)]]));
  if (!root) return appendDocument(text, { ...agent.required, hooks: all });
  const members: Addition[] = Object.entries(agent.required)
    .filter(([name]) => !memberNode(root, name))
    .map(([name, value]) => ({ name, value }));
  const insertions: Insertion[] = [];
  for (const event of agent.events) {
    const list = hooks.list(event);
    if (list) insertions.push(...appendTo(text, list, [{ value: entryOf(event) }], layout));
  }
  const events = missing.map((event): Addition => ({ name: event, value: [entryOf(event)] }));
  if (!hooks.hooks) members.push({ name: 'hooks', value: all });
  else if (events.length > 0) insertions.push(...appendTo(text, hooks.hooks, events, layout));
  if (members.length > 0) insertions.push(...appendTo(text, root, members, layout));
  return insertions.sort((a, b) => a.offset - b.offset);
}
