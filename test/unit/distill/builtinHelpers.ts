import { basename } from 'node:path';
import type { FileChange, ToolAction, ToolUse } from '../../../src/capture/vocabulary';
import type { Batch, Distillation } from '../../../src/distill/provider';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import type { ObservationContent } from '../../../src/memory/observation';
import type { MessageBody, PersistentMessage } from '../../../src/queue/message';

export const root = '/home/dev/app';

/** A finished use of a tool, or a failed one where `more` has an error. */
export function use(action: ToolAction, more: Partial<ToolUse> = {}): MessageBody {
  return { kind: 'observation', use: { tool: 'Tool', action, ...more } };
}

export function command(
  line: string,
  output: string,
  more: Partial<Extract<ToolAction, { kind: 'command' }>> = {},
): MessageBody {
  return use({ kind: 'command', command: line, output, ...more });
}

export function failed(line: string, error: string, more: Partial<ToolUse> = {}): MessageBody {
  return use({ kind: 'command', command: line, output: '' }, { error, ...more });
}

export function edit(path: string, more: Partial<FileChange> = {}): MessageBody {
  return use({ kind: 'edit', path: `${root}/${path}`, created: false, added: [], removed: [], ...more });
}

export function ended(answer: string, prompt = 'Please fix the build.', failure?: string): MessageBody {
  const body = { kind: 'summary' as const, lastUserMessage: prompt, lastAssistantMessage: answer };
  return failure === undefined ? body : { ...body, failure };
}

export function batchOf(bodies: readonly MessageBody[], more: Partial<Batch> = {}): Batch {
  const messages = bodies.map((body, at): PersistentMessage => {
    return { id: at + 1, sessionId: 1, promptNumber: 1, createdAt: at, attempts: 0, body };
  });
  return {
    session: { id: 1, agent: 'claude-code', project: basename(root), root },
    promptNumber: 1,
    prompt: 'Please fix the build.',
    remembered: [],
    messages,
    ...more,
  };
}

/** What the built-in provider makes of one batch. */
export function distil(bodies: readonly MessageBody[], more: Partial<Batch> = {}): Promise<Distillation> {
  return createBuiltinProvider().distill(batchOf(bodies, more), new AbortController().signal);
}

/** The contents that it makes, without the messages they rest on. */
export async function contentsOf(...bodies: MessageBody[]): Promise<ObservationContent[]> {
  return (await distil(bodies)).observations.map(({ content }) => content);
}
