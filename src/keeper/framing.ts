import type * as net from 'node:net';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  ErrorCodes,
  Message,
} from 'vscode-jsonrpc/node';

const HEADER_BYTES = 4;

/**
 * JSON-RPC messages over a socket, each behind its length (4 bytes, big-endian). By hand, because the library's
 * own framing takes headers and bodies of any size into memory, from whoever connects.
 */
export class BoundedReader extends AbstractMessageReader {
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted: number | undefined;

  /** @param limit most bytes of a message. A longer one, or one that is no JSON, ends the connection. */
  constructor(
    private readonly socket: net.Socket,
    public limit: number,
  ) {
    super();
  }

  override listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer) => {
      try {
        this.#take(chunk, callback);
      } catch (error) {
        this.socket.destroy();
        this.fireError(error);
      }
    };
    this.socket.on('data', onData);
    this.socket.once('close', () => this.fireClose());
    return { dispose: () => void this.socket.off('data', onData) };
  }

  #take(chunk: Buffer, callback: DataCallback): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    for (;;) {
      if (this.#wanted === undefined) {
        if (this.#size < HEADER_BYTES) return;
        const length = this.#read(HEADER_BYTES).readUInt32BE();
        if (length > this.limit) throw new Error(`A message of ${length} bytes is too long.`);
        this.#wanted = length;
      }
      if (this.#size < this.#wanted) return;
      const message: unknown = JSON.parse(this.#read(this.#wanted).toString('utf8'));
      this.#wanted = undefined;
      if (typeof message !== 'object' || message === null || Array.isArray(message))
        throw new Error('A message is no object.');
      callback(message as Message);
    }
  }

  #read(bytes: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#size -= bytes;
    this.#chunks = this.#size > 0 ? [all.subarray(bytes)] : [];
    return all.subarray(0, bytes);
  }
}

export class BoundedWriter extends AbstractMessageWriter {
  /**
   * @param limit most bytes of a message. Instead of a longer answer goes an error; the promise of any other
   * longer message rejects, and nothing is sent.
   * @param backlog most bytes that wait for the other side. One that doesn't read is disconnected beyond it.
   */
  constructor(
    private readonly socket: net.Socket,
    private readonly limit: number,
    private readonly backlog: number,
  ) {
    super();
  }

  async write(message: Message): Promise<void> {
    let body = Buffer.from(JSON.stringify(message), 'utf8');
    if (body.length > this.limit) body = tooLong(message, body.length);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(body.length);
    this.socket.cork();
    this.socket.write(header);
    this.socket.write(body);
    this.socket.uncork();
    if (this.socket.writableLength > this.backlog) this.socket.destroy();
  }

  end(): void {
    this.socket.end();
  }
}

function tooLong(message: Message, bytes: number): Buffer<ArrayBuffer> {
  const error = { code: ErrorCodes.InternalError, message: `The answer of ${bytes} bytes is too long.` };
  if (!Message.isResponse(message)) throw new Error(`A message of ${bytes} bytes is too long.`);
  return Buffer.from(JSON.stringify({ jsonrpc: message.jsonrpc, id: message.id, error }), 'utf8');
}
