import type { Readable } from 'node:stream';

export interface StandardInput {
  /** What came in; of a larger input, what came until the limit was passed. */
  bytes: Buffer;
  tooLarge: boolean;
}

/**
 * Reads a stream to its end, or for `milliseconds` if it doesn't end, and never fails. Beyond `limit` bytes it
 * keeps nothing but reads on, so that the writer never sees a broken pipe.
 */
export function readStandardInput(
  stream: Readable,
  limit: number,
  milliseconds: number,
): Promise<StandardInput> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = () => {
      clearTimeout(timer);
      resolve({ bytes: Buffer.concat(chunks), tooLarge: size > limit });
    };
    const timer = setTimeout(finish, milliseconds);
    stream.on('data', (chunk: Buffer) => {
      if (size > limit) return;
      size += chunk.length;
      chunks.push(chunk);
    });
    stream.once('end', finish);
    stream.once('error', finish);
    stream.once('close', finish);
  });
}
