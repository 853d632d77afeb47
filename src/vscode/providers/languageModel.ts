import * as vscode from 'vscode';
import type { Model, ModelAnswer, ModelRequest } from '../../distill/providers/model/model';

/** Waits before a model is asked again, ms. */
const MISSING_MS = 60_000;
const QUOTA_MS = 30 * 60_000;
const BUSY_MS = 60_000;

/** A model of VS Code by its vendor and its id, as a setting holds it. */
export interface ModelRef {
  vendor: string;
  id: string;
}

export function parseModelRef(text: string): ModelRef | undefined {
  const slash = text.indexOf('/');
  return slash > 0 ? { vendor: text.slice(0, slash), id: text.slice(slash + 1) } : undefined;
}

export const formatModelRef = ({ vendor, id }: ModelRef): string => `${vendor}/${id}`;

/**
 * A model that VS Code offers. It is never asked before the person has let it be: VS Code would ask for
 * consent at a moment when nobody expects it. What it costs is between the person and its vendor.
 * @param mayAsk whether VS Code lets us send requests to it.
 */
export function createLanguageModel(
  ref: ModelRef,
  mayAsk: (chat: vscode.LanguageModelChat) => boolean,
  now: () => number,
): Model {
  return {
    provider: 'vscode',
    model: formatModelRef(ref),
    ask: async (request, signal) => {
      const [chat] = await vscode.lm.selectChatModels({ ...ref });
      signal.throwIfAborted();
      if (!chat)
        return rest(
          'overloaded',
          'VS Code does not offer the chosen language model now.',
          now() + MISSING_MS,
        );
      if (!mayAsk(chat)) return rest('auth', 'VS Code has not been allowed to use the language model.');
      try {
        return await converse(chat, request, signal);
      } catch (error) {
        signal.throwIfAborted();
        return answerOfFailure(error, now());
      }
    },
  };
}

async function converse(
  chat: vscode.LanguageModelChat,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const prompt = promptOf(request);
  const source = new vscode.CancellationTokenSource();
  const cancel = () => source.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const inputTokens = await chat.countTokens(prompt, source.token);
    if (inputTokens > chat.maxInputTokens) return { kind: 'tooLarge' };
    const justification = vscode.l10n.t('Turns what coding agents did into memory.');
    const message = vscode.LanguageModelChatMessage.User(prompt);
    const response = await chat.sendRequest([message], { justification }, source.token);
    let text = '';
    for await (const piece of response.text) text += piece;
    signal.throwIfAborted();
    const outputTokens = await chat.countTokens(text, source.token);
    const usage = { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
    return { kind: 'answered', text: withoutFence(text), usage };
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

/** These models can't be held to a schema: it is part of the question, and the answer is checked all the more. */
function promptOf({ system, user, schema }: ModelRequest): string {
  const form = `Answer with one JSON object of this schema and nothing else:\n${JSON.stringify(schema)}`;
  return `${system}\n\n${user}\n\n${form}`;
}

function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*([^]*?)```\s*$/.exec(text)?.[1] ?? text;
}

function answerOfFailure(error: unknown, now: number): ModelAnswer {
  if (!(error instanceof vscode.LanguageModelError))
    return { kind: 'rejected', message: 'The language model failed.', cause: error };
  switch (error.code) {
    case vscode.LanguageModelError.NoPermissions.name:
      return rest('auth', 'VS Code has not been allowed to use the language model.', undefined, error);
    case vscode.LanguageModelError.Blocked.name:
      return rest(
        'quota',
        'The language model takes no more requests: its quota is used up.',
        now + QUOTA_MS,
        error,
      );
    default:
      return rest('overloaded', 'The language model takes no requests at the moment.', now + BUSY_MS, error);
  }
}

function rest(
  reason: Extract<ModelAnswer, { kind: 'unavailable' }>['reason'],
  message: string,
  retryAt?: number,
  cause?: unknown,
): ModelAnswer {
  return {
    ...{ kind: 'unavailable', reason, message, mayBePaid: false, cause },
    ...(retryAt !== undefined && { retryAt }),
  };
}
