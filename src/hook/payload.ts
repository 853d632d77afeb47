import type { JsonObject, JsonValue, SetAsideReason } from '../capture/spoolRecord';

/** What an agent wrote to the hook program: a payload, or why it is none. */
export type Payload = { payload: JsonObject } | { reason: SetAsideReason };

/** Parses what came in. Never throws. */
export function parsePayload(bytes: Buffer): Payload {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return { reason: 'empty' };
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    // Anything but a syntax error is the parser giving up on valid JSON, nested too deep for it.
    if (!(error instanceof SyntaxError)) return { reason: 'bad-payload' };
    return { reason: isCutOff(text) ? 'cut-off' : 'not-json' };
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { payload: value as JsonObject } : { reason: 'not-an-object' };
}

/** Whether a text that isn't JSON begins as an object and ends before what it opened is closed. */
function isCutOff(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  let open = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') open++;
    else if (character === '}' || character === ']') open--;
  }
  return quoted || open > 0;
}
