import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { constants } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { errnoOf, TidemarkError } from '../base/errors';
import { ClaimedElsewhere, claimFolder } from './claim';

/**
 * Exactly one process owns a storage folder, by a name that the kernel releases when the process ends,
 * whichever way: an abstract socket on Linux, a named pipe on Windows, an exclusive lock on a file on macOS.
 * No pid file, no stale socket, no timer: each of those has been seen to give two owners at once.
 *
 * The name is made from a secret in the folder (0600), so that nobody else can squat on it. Whoever waits for
 * its turn holds a connection to the owner, which the kernel closes when the owner ends. Over the same
 * connection it can follow the owner (server.ts).
 *
 * On Linux a name is per network namespace; claim.ts sees owners in the others.
 */

/** Another process owns the folder. Wait for its turn with `waitForOwnership`. */
export class OwnedElsewhereError extends TidemarkError {
  readonly code = 'owned-elsewhere';
  /** @param connect opens a connection to the owner; it fails where the owner has gone meanwhile. */
  constructor(readonly connect: () => net.Socket) {
    super('Another VS Code window has the Tidemark store.', {
      advice: 'This window takes over by itself when that one goes.',
    });
  }
}

export interface Ownership {
  /** Hands over all connections of those that wait, those that are there already too. Called once. */
  serve(handler: (socket: net.Socket) => void): void;
  /** Gives the folder up. Everything that used it must have ended before. Idempotent. */
  release(): Promise<void>;
}

const keyFile = 'owner.key';
/** macOS: take an exclusive lock with the open, fail when it is taken. Node.js has no names for these. */
const O_EXLOCK = 0x20;
const O_NONBLOCK = 0x4;
const RETRY_MS = 10;

/**
 * Takes the folder, which it makes (0700) if it is not there.
 * @throws OwnedElsewhereError
 */
export async function acquireOwnership(folder: string): Promise<Ownership> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const address = ownerAddress(folder, await ownerSecret(folder));
  if (process.platform === 'darwin') return lockFile(folder, address);
  const door = new Door();
  const named = await listen(address, door);
  return process.platform === 'linux' ? claimed(folder, door, named) : named;
}

async function claimed(folder: string, door: Door, named: Ownership): Promise<Ownership> {
  try {
    const claim = await claimFolder(folder, door.admit);
    return {
      serve: (handler) => named.serve(handler),
      async release() {
        // The name last: it decides among those of this namespace.
        await claim.release();
        await named.release();
      },
    };
  } catch (error) {
    await named.release();
    throw error instanceof ClaimedElsewhere ? new OwnedElsewhereError(error.connect) : error;
  }
}

/** Takes the folder when it is free, however long that takes. @throws the signal's reason when it aborts. */
export async function waitForOwnership(folder: string, signal: AbortSignal): Promise<Ownership> {
  for (;;) {
    signal.throwIfAborted();
    let owner: OwnedElsewhereError;
    try {
      return await acquireOwnership(folder);
    } catch (error) {
      if (!(error instanceof OwnedElsewhereError)) throw error;
      owner = error;
    }
    const connected = await untilOwnerEnds(owner, signal);
    // Bound, but not listening yet, or ending: not worth a busy loop.
    if (!connected) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function ownerAddress(folder: string, secret: string): string {
  const name = `tidemark-${createHash('sha256').update(secret).digest('hex').slice(0, 40)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  if (process.platform === 'linux') return `\0${name}`;
  // A socket file's path is at most 103 bytes long on macOS.
  const path = join(resolve(folder), 'owner.sock');
  return Buffer.byteLength(path) <= 103 ? path : join(tmpdir(), `${name.slice(0, 24)}.sock`);
}

/** What only this user's processes know of the folder. Made when it is missing. */
export async function ownerSecret(folder: string): Promise<string> {
  const file = join(folder, keyFile);
  const read = async () => (await fs.readFile(file, 'utf8')).trim();
  try {
    return await read();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  // Linked, not written in place: nobody can read half a key, and the first one wins.
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await fs.writeFile(temporary, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  try {
    await fs.link(temporary, file);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await fs.unlink(temporary);
  }
  return read();
}

/** Connections come in before anybody serves them: they are held, unread, until then. */
class Door {
  readonly #sockets = new Set<net.Socket>();
  #handler: ((socket: net.Socket) => void) | undefined;

  readonly admit = (socket: net.Socket): void => {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    this.#handler?.(socket);
  };

  serve(handler: (socket: net.Socket) => void): void {
    this.#handler = handler;
    for (const socket of this.#sockets) handler(socket);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function listen(address: string, door: Door): Promise<Ownership> {
  const server = net.createServer(door.admit);
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(errnoOf(error) === 'EADDRINUSE' ? new OwnedElsewhereError(() => net.connect(address)) : error),
    );
    server.listen(address, () => {
      const closed = new Promise<void>((done) => server.once('close', () => done()));
      resolve({
        serve: (handler) => door.serve(handler),
        release() {
          server.close();
          door.close();
          return closed;
        },
      });
    });
  });
}

async function lockFile(folder: string, address: string): Promise<Ownership> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(
      join(folder, 'owner.lock'),
      constants.O_RDWR | constants.O_CREAT | O_EXLOCK | O_NONBLOCK,
      0o600,
    );
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN' || errnoOf(error) === 'EWOULDBLOCK')
      throw new OwnedElsewhereError(() => net.connect(address));
    throw error;
  }
  try {
    // Only the holder of the lock replaces the socket file, so no living owner's is removed.
    await fs.rm(address, { force: true });
    const waiting = await listen(address, new Door());
    return {
      serve: (handler) => waiting.serve(handler),
      async release() {
        await waiting.release();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Resolves when the owner's end of a connection closes; false when there was no connection. */
function untilOwnerEnds(owner: OwnedElsewhereError, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    let connected = false;
    const socket = owner.connect();
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort);
    socket.on('connect', () => (connected = true));
    // The close that follows every error tells what is to be told.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      resolve(connected);
    });
    socket.resume();
  });
}
