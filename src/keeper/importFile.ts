import * as z from 'zod';
import { ExchangeFormatError, readExchange } from '../memory/exchangeFormat';
import type { ExportedSession } from '../memory/library';
import { exportedSession } from './libraryProtocol';

/** Bytes of one call's sessions: well below what a window may send at once (protocol.ts). */
const BATCH_BYTES = 256 * 1_024;
/** A single prompt or memory beyond this is none of ours. */
const ITEM_BYTES = 700 * 1_024;
/** Work at once before others have their turn, ms. */
const SLICE_MS = 5;

/**
 * Everything that a file's text holds, checked, in batches that can be sent one by one. All of it is read before
 * anything can be stored: of a bad file nothing is taken.
 * @throws ExchangeFormatError naming what is wrong, or the signal's reason.
 */
export async function readImport(text: string, signal: AbortSignal): Promise<ExportedSession[][]> {
  const batches: ExportedSession[][] = [];
  let batch: ExportedSession[] = [];
  let bytes = 0;
  let sliceEnd = performance.now() + SLICE_MS;
  let count = 0;
  for (const raw of readExchange(text)) {
    for (const [part, size] of parts(checked(raw, ++count))) {
      if (bytes + size > BATCH_BYTES && batch.length > 0) {
        batches.push(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(part);
      bytes += size;
    }
    if (performance.now() < sliceEnd) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    sliceEnd = performance.now() + SLICE_MS;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function checked(raw: unknown, position: number): ExportedSession {
  const result = exportedSession.safeParse(raw);
  if (result.success) return result.data;
  throw new ExchangeFormatError(
    `Session ${position} of this file is not as Tidemark exports it: ${z.prettifyError(result.error).split('\n')[0]}`,
    { advice: 'Nothing was imported.' },
  );
}

/** A session of more than one batch in several parts, each with its size in bytes. */
function* parts(session: ExportedSession): Generator<[ExportedSession, number]> {
  const whole = sizeOf(session);
  if (whole <= BATCH_BYTES) {
    yield [session, whole];
    return;
  }
  const { prompts, observations, summaries, ...head } = session;
  const empty = { ...head, prompts: [], observations: [], summaries: [] };
  const headSize = sizeOf(empty);
  for (const kind of ['prompts', 'observations', 'summaries'] as const) {
    for (const [items, size] of sliced<unknown>({ prompts, observations, summaries }[kind]))
      yield [{ ...empty, [kind]: items }, headSize + size];
  }
}

function* sliced<T>(items: readonly T[]): Generator<[T[], number]> {
  let slice: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (size > ITEM_BYTES)
      throw new ExchangeFormatError('A text in this file is larger than any that Tidemark exports.', {
        advice: 'Nothing was imported.',
      });
    if (bytes + size > BATCH_BYTES && slice.length > 0) {
      yield [slice, bytes];
      slice = [];
      bytes = 0;
    }
    slice.push(item);
    bytes += size;
  }
  if (slice.length > 0) yield [slice, bytes];
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
