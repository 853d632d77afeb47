import type { Node } from 'jsonc-parser';
import type { SettingsValue } from './agents/agentSettings';
import { SettingsUnreadableError } from './errors';
import { isOwnCommand } from './hookCommand';
import {
  appendDocument,
  appendTo,
  insert,
  layoutOf,
  memberNode,
  removeChild,
  valueOf,
  type Insertion,
} from './jsonText';
import { settingsRoot, type ConnectedText } from './settingsEdit';

/** The name under which agents know the server: it is part of its tools' names. */
const SERVER = 'tidemark';

interface Where {
  file: string;
  /** Of the server, to tell ours from another's. */
  launcher: string;
  /** The names of the objects around the server's entry, from the outside in. */
  path: readonly string[];
  /** Such of them as were there and empty before us. */
  keep: readonly string[];
}

/** What a settings file is with our server in it. @throws SettingsUnreadableError. */
export function connectServer(text: string, entry: SettingsValue, where: Where): ConnectedText {
  const present = serverIn(text, where);
  const without = disconnectServer(text, where);
  const emptyWithout = containersIn(without, where)
    .filter(({ node }) => node.children?.length === 0)
    .map(({ name }) => name);
  if (present && JSON.stringify(valueOf(present)) === JSON.stringify(entry))
    return { without, after: text, insertions: [], emptyWithout, alreadyConnected: true };
  if (serverIn(without, where))
    throw new SettingsUnreadableError(where.file, `has another MCP server “${SERVER}”`);
  const insertions = insertionsFor(without, entry, where);
  return { without, after: insert(without, insertions), insertions, emptyWithout, alreadyConnected: false };
}

/** A settings file without our server. Everything else stays as it is, to the byte. @throws SettingsUnreadableError. */
export function disconnectServer(text: string, where: Where): string {
  const server = serverIn(text, where);
  if (!server || !isOwn(server, where.launcher)) return text;
  let current = removeChild(text, server.parent!.parent!, server.parent!);
  // What is empty because of that goes, too: from the inside out, up to the first that was empty before us.
  for (;;) {
    const innermost = containersIn(current, where).at(-1);
    if (!innermost?.parent || innermost.node.children?.length !== 0 || where.keep.includes(innermost.name))
      return current;
    current = removeChild(current, innermost.parent, innermost.node.parent!);
  }
}

interface Container {
  name: string;
  node: Node;
  /** Undefined: it is the document itself. */
  parent: Node | undefined;
}

/** The document and those of the objects around the entry that are there, from the outside in. */
function containersIn(text: string, { file, path }: Where): Container[] {
  const root = settingsRoot(text, file);
  if (!root) return [];
  const found: Container[] = [{ name: '', node: root, parent: undefined }];
  for (const name of path) {
    const parent = found.at(-1)!.node;
    const node = memberNode(parent, name);
    if (!node) break;
    if (node.type !== 'object') throw new SettingsUnreadableError(file, `has “${name}” that is no object`);
    found.push({ name, node, parent });
  }
  return found;
}

function serverIn(text: string, where: Where): Node | undefined {
  const containers = containersIn(text, where);
  return containers.length > where.path.length ? memberNode(containers.at(-1)!.node, SERVER) : undefined;
}

function isOwn(server: Node, launcher: string): boolean {
  const words = [memberNode(server, 'command'), ...(memberNode(server, 'args')?.children ?? [])];
  return words.some((node) => typeof node?.value === 'string' && isOwnCommand(node.value, launcher));
}

function insertionsFor(text: string, entry: SettingsValue, where: Where): Insertion[] {
  const containers = containersIn(text, where);
  const nested = (names: readonly string[]) =>
    names.reduceRight<SettingsValue>((value, name) => ({ [name]: value }), entry);
  const innermost = containers.at(-1);
  if (!innermost) return appendDocument(text, nested([...where.path, SERVER]));
  const [name, ...missing] = [...where.path.slice(containers.length - 1), SERVER];
  return appendTo(text, innermost.node, [{ name: name, value: nested(missing) }], layoutOf(text));
}
