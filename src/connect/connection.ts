import { dirname } from 'node:path';
import { agentSettings } from './agents/all';
import { ConnectionList, sha256, type Connection } from './connectionList';
import { SettingsChangedError } from './errors';
import { findDisabled, findUntrusted } from './hooksAllowed';
import type { Insertion } from './jsonText';
import { partOf, type SettingsPart } from './parts';
import type { ConnectedText } from './settingsEdit';
import {
  assertWritable,
  readSettingsFile,
  removeSettingsFile,
  replaceSettingsFile,
  underLock,
  type SettingsFile,
} from './settingsFile';
import type { ConnectionPart, ConnectionPlan, ConnectionTarget } from './target';

const USER_MODE = 0o600;
const PROJECT_MODE = 0o644;

/**
 * What connecting would change. Changes nothing. @throws SettingsUnreadableError, SettingsReadOnlyError, and what
 * the file system throws.
 */
export async function planConnection(target: ConnectionTarget): Promise<ConnectionPlan> {
  return (await prepare(target)).plan;
}

/** What disconnecting would change. Changes nothing. Throws like `planConnection`. */
export async function planDisconnection(target: ConnectionTarget): Promise<ConnectionPlan> {
  return (await prepareEnd(target)).plan;
}

/**
 * Puts Tidemark's hooks, or its MCP server, into the agent's settings; durable when it resolves. Again, it changes
 * nothing; what starts an older launcher is replaced. @param shown the plan that a person agreed to.
 * @throws SettingsChangedError where the file is another than the one shown, and like `planConnection`.
 */
export async function connectAgent(
  target: ConnectionTarget,
  shown?: ConnectionPlan,
): Promise<ConnectionPlan> {
  const { part, plan, present, connected, known } = await prepare(target);
  assertAsShown(plan, shown);
  const list = listOf(target);
  const entry = connectionOf(target, plan.file, connected, known);
  // First, so that no file is ever connected that an uninstall doesn't know of.
  await remember(list, entry, present.text === undefined);
  if (plan.alreadyConnected || plan.after === undefined) return plan;
  const mode = target.scope === 'user' ? USER_MODE : PROJECT_MODE;
  const { after } = plan;
  const made = await change(part, plan, present, () => replaceSettingsFile(plan.file, present, after, mode));
  if (made.length > 0) await remember(list, { ...entry, madeFolders: made }, present.text === undefined);
  return plan;
}

/**
 * Takes Tidemark's hooks, or its MCP server, out of the agent's settings; durable when it resolves. A file that connecting made, and
 * that has nothing else in it, is removed. Throws like `connectAgent`.
 */
export async function disconnectAgent(
  target: ConnectionTarget,
  shown?: ConnectionPlan,
): Promise<ConnectionPlan> {
  const { part, plan, present, known } = await prepareEnd(target);
  assertAsShown(plan, shown);
  const { before, after } = plan;
  if (before !== after)
    await change(part, plan, present, async () => {
      if (after === undefined) await removeSettingsFile(plan.file, present.path, known?.madeFolders ?? []);
      else await replaceSettingsFile(plan.file, present, after, PROJECT_MODE);
    });
  const list = listOf(target);
  const all = await list.read();
  const others = all.filter((other) => !isSame(other, plan));
  if (others.length < all.length) await list.write(others);
  return plan;
}

/** Every connection that is known, taken out. The files that could not be changed, with the reason. */
export async function disconnectAll(
  storeDir: string,
  launcher: string,
  platform: NodeJS.Platform,
): Promise<{ file: string; error: unknown }[]> {
  const failed: { file: string; error: unknown }[] = [];
  // Of two in one file, the one that was put in last goes first: only then each finds the file as it left it.
  const all = (await new ConnectionList(storeDir).read()).toReversed();
  for (const { agent, part, scope, home, projectRoot, env, file } of all) {
    try {
      const where = { home, env, ...(projectRoot !== undefined && { projectRoot }) };
      await disconnectAgent({ agent, part, scope, launcher, platform, ...where });
    } catch (error) {
      failed.push({ file, error });
    }
  }
  return failed;
}

async function prepare(target: ConnectionTarget) {
  const part = partOf(target);
  const { file } = part;
  const of = partNameOf(target);
  const present = await readSettingsFile(file);
  const known = (await listOf(target).read()).find((other) => other.file === file && other.part === of);
  const connected = part.connect(present.text ?? '', known?.keep ?? []);
  if (!connected.alreadyConnected) await assertWritable(file, present);
  const plan: ConnectionPlan = {
    ...{ agent: target.agent, part: of, scope: target.scope, file },
    before: present.text,
    after: connected.after,
    alreadyConnected: connected.alreadyConnected,
    ...(of === 'hooks' && (await standing(target, connected.alreadyConnected))),
  };
  return { part, plan, present, connected, known };
}

async function standing(target: ConnectionTarget, alreadyConnected: boolean) {
  const agent = agentSettings[target.agent];
  const hooksDisabled = await findDisabled(agent, target);
  const needsTrust = await findUntrusted(agent, target, alreadyConnected);
  return { ...(hooksDisabled && { hooksDisabled }), ...(needsTrust && { needsTrust }) };
}

async function prepareEnd(target: ConnectionTarget) {
  const part = partOf(target);
  const { file } = part;
  const of = { agent: target.agent, part: partNameOf(target), file };
  const present = await readSettingsFile(file);
  const all = await listOf(target).read();
  const known = all.find((other) => isSame(other, of));
  const shared = all.some((other) => other.file === file && other.agent !== target.agent);
  const after = present.text === undefined || shared ? present.text : withoutUs(present.text, known, part);
  if (after !== present.text) await assertWritable(file, present);
  const plan: ConnectionPlan = {
    ...{ ...of, scope: target.scope },
    ...{ before: present.text, after, alreadyConnected: false },
  };
  return { part, plan, present, known };
}

function withoutUs(text: string, known: Connection | undefined, part: SettingsPart): string | undefined {
  const exact = known?.exact?.sha256 === sha256(text);
  const after = exact ? takeOut(text, known.exact!.stretches) : part.disconnect(text, known?.keep ?? []);
  return known?.madeFile === true && isBare(after, part) ? undefined : after;
}

/** Whether nothing is left but what connecting had put there. */
function isBare(text: string, { required }: SettingsPart): boolean {
  if (text.trim() === '') return true;
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    return Object.entries(value).every(
      ([name, member]) => Object.hasOwn(required, name) && required[name] === member,
    );
  } catch {
    // Not plain JSON: somebody has written into it.
    return false;
  }
}

function takeOut(text: string, stretches: [number, number][]): string {
  let result = text;
  for (const [offset, length] of stretches.toReversed())
    result = result.slice(0, offset) + result.slice(offset + length);
  return result;
}

function connectionOf(
  target: ConnectionTarget,
  file: string,
  connected: ConnectedText,
  known: Connection | undefined,
): Connection {
  const { agent, scope, home, projectRoot, env } = target;
  const stretches = stretchesOf(connected.insertions);
  return {
    ...{ agent, part: partNameOf(target), scope, home, file, env: pickFolders(env) },
    ...(projectRoot !== undefined && { projectRoot }),
    madeFile: known?.madeFile ?? false,
    madeFolders: known?.madeFolders ?? [],
    keep: connected.emptyWithout,
    ...(connected.alreadyConnected
      ? known?.exact && { exact: known.exact }
      : { exact: { sha256: sha256(connected.after), stretches } }),
  };
}

/** Of an environment, which may hold secrets, only what names folders of settings. */
function pickFolders(env: ConnectionTarget['env']): Record<string, string> {
  const names = ['CLAUDE_CONFIG_DIR', 'COPILOT_HOME', 'CODEX_HOME'];
  return Object.fromEntries(names.flatMap((name) => (env?.[name] ? [[name, env[name]]] : [])));
}

/** Where the inserted texts stand once all are in. */
function stretchesOf(insertions: Insertion[]): [number, number][] {
  let shift = 0;
  return insertions.map(({ offset, text }) => {
    const at = offset + shift;
    shift += text.length;
    return [at, text.length];
  });
}

async function remember(list: ConnectionList, entry: Connection, isNew: boolean): Promise<void> {
  const all = await list.read();
  const others = all.filter((other) => !isSame(other, entry));
  await list.write([...others, { ...entry, madeFile: entry.madeFile || isNew }]);
}

type Identity = Pick<Connection, 'agent' | 'part' | 'file'>;

function isSame(one: Identity, other: Identity): boolean {
  return one.agent === other.agent && one.part === other.part && one.file === other.file;
}

function partNameOf({ part = 'hooks' }: ConnectionTarget): ConnectionPart {
  return part;
}

function listOf({ launcher }: ConnectionTarget): ConnectionList {
  return new ConnectionList(dirname(dirname(launcher)));
}

function assertAsShown(plan: ConnectionPlan, shown: ConnectionPlan | undefined): void {
  if (shown && (shown.before !== plan.before || shown.after !== plan.after))
    throw new SettingsChangedError(plan.file);
}

/** Changes a file that is still what the plan says, and that the agent does not change meanwhile. */
async function change<T>(
  { isLocked }: SettingsPart,
  { file, before }: ConnectionPlan,
  { path }: SettingsFile,
  write: () => Promise<T>,
): Promise<T> {
  const changing = async () => {
    const { text } = await readSettingsFile(file);
    if (text !== before) throw new SettingsChangedError(file);
    return write();
  };
  return isLocked ? underLock(path, changing) : changing();
}
