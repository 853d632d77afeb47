import { TidemarkError, errnoOf } from '../../base/errors';
import type { Transition } from '../../queue/transition';
import {
  IndexDamagedError,
  StatementError,
  StorageFailedError,
  StorageLayoutError,
  StoreTooNewError,
  StoreUnreadableError,
} from '../errors';
import type { OperationName } from '../queries/operations';
import type { Fence } from './fence';

/** What the engine's two threads say to each other. Both are of one build, so nothing here is checked. */
export interface EngineData {
  file: string;
  wasmFile: string;
  fence?: Fence;
}

export interface Request {
  id: number;
  /** `close` ends the worker after everything before it. */
  name: OperationName | 'close';
  args: unknown;
}

export interface Reply {
  id: number;
  result?: unknown;
  error?: PlainError;
}

export type FromWorker =
  | { kind: 'ready' }
  /** The engine can't go on; the worker ends. Everything unanswered was not acknowledged. */
  | { kind: 'fatal'; error: PlainError }
  /** One committed transaction: all its answers, and the state changes in their order. */
  | { kind: 'committed'; replies: Reply[]; transitions: Transition[] };

/** An error as plain data: structured cloning would lose its class and fields. */
export interface PlainError {
  code: string;
  message: string;
  cause?: { code?: string; message: string };
  found?: number;
  known?: number;
}

export function toPlain(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof TidemarkError)) return { code: 'unexpected', message };
  const cause = error.cause;
  const causeCode = errnoOf(cause);
  return {
    code: error.code,
    message,
    ...(error instanceof StoreTooNewError && { found: error.found, known: error.known }),
    ...(cause instanceof Error && {
      cause: { message: cause.message, ...(causeCode !== undefined && { code: causeCode }) },
    }),
  };
}

export function fromPlain(plain: PlainError): Error {
  const cause = plain.cause && Object.assign(new Error(plain.cause.message), { code: plain.cause.code });
  switch (plain.code) {
    case 'statement':
      return new StatementError(plain.message, { cause });
    case 'index-damaged':
      return new IndexDamagedError({ cause });
    case 'storage-failed':
      return new StorageFailedError(plain.message, { cause });
    case 'store-unreadable':
      return new StoreUnreadableError(plain.message, { cause });
    case 'store-too-new':
      return new StoreTooNewError(plain.found ?? 0, plain.known ?? 0);
    case 'storage-layout':
      return new StorageLayoutError(plain.message);
    default:
      return new StatementError(plain.message);
  }
}
