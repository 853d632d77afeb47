import * as z from 'zod';

const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const pictureBlock = z.looseObject({ type: z.enum(['image', 'document', 'audio', 'resource']) });
const texts = z.array(z.string());

/** The fields in which Claude Code's tools put what they show, in the order in which they are read. */
const outputFields = [
  'stdout',
  'stderr',
  'content',
  'result',
  'results',
  'filenames',
  'text',
  'output',
] as const;

/** JSON that a tool sent as a string, as the object or array it stands for; anything else unchanged. */
export function readJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' && parsed !== null ? parsed : value;
  } catch {
    return value; // A text that only looks like JSON.
  }
}

/** Blocks of an answer as text. What isn't text is left out, and so is the frame that Claude Code adds. */
function textOfBlocks(blocks: readonly unknown[]): string {
  const plain = texts.safeParse(blocks);
  if (plain.success) return plain.data.join('\n');
  return blocks
    .map((block) => {
      const parsed = textBlock.safeParse(block);
      if (parsed.success) return parsed.data.text.startsWith('<tools-used-') ? '' : parsed.data.text;
      return pictureBlock.safeParse(block).success ? '' : claudeCodeOutput(block);
    })
    .filter((part) => part !== '')
    .join('\n');
}

/** What a tool's answer says, as text: empty where it says nothing or is a picture. */
export function claudeCodeOutput(response: unknown): string {
  if (typeof response === 'string') return response;
  if (Array.isArray(response)) return textOfBlocks(response);
  if (typeof response !== 'object' || response === null) return '';
  if (pictureBlock.safeParse(response).success) return '';
  const fields = response as Record<string, unknown>;
  const shown = outputFields
    .map((name) => fields[name])
    .map((part) => (typeof part === 'string' ? part : Array.isArray(part) ? textOfBlocks(part) : ''))
    .filter((part) => part !== '');
  if (shown.length > 0 || outputFields.some((name) => name in fields)) return shown.join('\n');
  return JSON.stringify(response);
}
