import type { MessageBody } from './message';

/** Most characters of a message's body as JSON. The hook program cuts earlier; other sources may not. */
export const BODY_LIMIT = 128 * 1024;
/** Of a text that is cut, this much is kept at either end, characters. */
const HEAD = 6_000;
const TAIL = 4_000;

/**
 * A body that fits into the queue: long texts keep head and tail around a marker that says how much was cut.
 * One that is within the limit is returned as it is.
 */
export function boundBody(body: MessageBody): MessageBody {
  if (JSON.stringify(body).length <= BODY_LIMIT) return body;
  for (const share of [1, 0.25, 0.05, 0]) {
    const cut = cutTexts(body, Math.floor(HEAD * share), Math.floor(TAIL * share)) as MessageBody;
    if (JSON.stringify(cut).length <= BODY_LIMIT) return cut;
  }
  // Too many parts rather than too long ones: what is left says that there was something.
  const marker = `[${JSON.stringify(body).length} characters cut]`;
  if (body.kind === 'summary') return { kind: 'summary', lastUserMessage: marker, lastAssistantMessage: '' };
  if ('report' in body) return { kind: 'observation', report: { text: marker, subagent: { id: 'unknown' } } };
  const { use } = body;
  return {
    kind: 'observation',
    use: {
      ...(use.toolUseId !== undefined && { toolUseId: use.toolUseId.slice(0, 200) }),
      ...(use.error !== undefined && { error: use.error.slice(0, HEAD) }),
      tool: use.tool.slice(0, 200),
      action: { kind: 'other', tool: use.tool.slice(0, 200), input: '', output: marker },
    },
  };
}

function cutTexts(value: unknown, head: number, tail: number): unknown {
  if (typeof value === 'string') return cutText(value, head, tail);
  if (Array.isArray(value)) return value.map((item) => cutTexts(item, head, tail));
  if (typeof value !== 'object' || value === null) return value;
  // Not by assignment: a member named `__proto__` would set the prototype.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutTexts(item, head, tail)]));
}

function cutText(text: string, head: number, tail: number): string {
  const marker = `… [${text.length - head - tail} characters cut] …`;
  if (text.length <= head + tail + marker.length) return text;
  return (text.slice(0, head) + marker + text.slice(text.length - tail)).toWellFormed();
}
