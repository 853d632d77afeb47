import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a person has set about the memory that agents are given. */
export interface ContextSettings {
  /** Whether a prompt is answered with what is remembered about it. */
  readonly onPrompt: boolean;
  /** Most tokens of one answer. */
  readonly maxTokens: number;
}

/** Written by the extension, read by the hook program, which asks nobody. */
export const contextSettingsFile = 'context.json';

/** About this many characters make a token. */
const CHARACTERS_PER_TOKEN = 4;

/** What agents take as one answer at most, in characters. */
const LONGEST_CONTEXT = 10_000;

/** What is set in a storage folder. Where it can't be read, prompts are not answered. Never throws. */
export function readContextSettings(storeDir: string): ContextSettings {
  try {
    const { onPrompt, maxTokens } = JSON.parse(
      readFileSync(join(storeDir, contextSettingsFile), 'utf8'),
    ) as Record<string, unknown>;
    const tokens = typeof maxTokens === 'number' && maxTokens > 0 ? maxTokens : Infinity;
    return { onPrompt: onPrompt === true, maxTokens: tokens };
  } catch {
    return { onPrompt: false, maxTokens: Infinity };
  }
}

/** The budget of one answer, in characters. */
export function contextCharacters({ maxTokens }: ContextSettings): number {
  return Math.min(LONGEST_CONTEXT, maxTokens * CHARACTERS_PER_TOKEN);
}

/** Of the index of a project, its name is made from the name of the project's context. */
export function promptIndexName(contextFile: string): string {
  return `${contextFile}.lines`;
}

/** Remembered text must not look like the end of the mark around it. */
export function inert(text: string): string {
  return text.replace(/<(?=\/?tidemark-memory)/gi, '‹');
}

/** A project's name as the value of an attribute of that mark. */
export function inertName(name: string): string {
  return name
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[<>"&]/g, '');
}
