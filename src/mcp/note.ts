import { scrub, withoutHalves } from '../capture/scrub';
import { agentIds, type AgentId, type ProjectRef } from '../capture/vocabulary';
import { OBSERVATION_LIMIT } from '../memory/observation';
import type { Note } from '../memory/recall';

const TITLE_LIMIT = 100;

/**
 * The note as it may be stored: without private parts and recognised secrets, cut to an observation's length.
 * Undefined where nothing is left.
 * @param client the name by which the agent introduced itself.
 */
export function noteOf(
  text: string,
  client: string | undefined,
  project: ProjectRef,
  at: number,
): Note | undefined {
  const scrubbed = scrub(text).value;
  const clean = typeof scrubbed === 'string' ? scrubbed.replace(/\s+/g, ' ').trim() : '';
  if (!clean) return undefined;
  const [title, rest] = splitTitle(clean);
  return { agent: agentOf(client), project, title, text: rest, at };
}

/** The first sentence, or as much of it as a title holds, and what follows. */
function splitTitle(text: string): [string, string] {
  const sentence = /^.+?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
  if (sentence.length <= TITLE_LIMIT && sentence.length < text.length) {
    return [sentence, cut(text.slice(sentence.length).trim(), OBSERVATION_LIMIT - sentence.length - 1)];
  }
  if (text.length <= TITLE_LIMIT) return [text, text];
  const end = Math.max(text.lastIndexOf(' ', TITLE_LIMIT), TITLE_LIMIT / 2);
  const title = cut(text, end);
  return [title, cut(text, OBSERVATION_LIMIT - title.length - 1)];
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : withoutHalves(text.slice(0, limit - 1)) + '…';
}

function agentOf(client = ''): AgentId {
  const name = client.toLowerCase().replace(/[^a-z]+/g, '-');
  return agentIds.find((agent) => name.includes(agent)) ?? (/code/.test(name) ? 'vscode' : 'extension');
}
