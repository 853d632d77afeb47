import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import { join } from 'node:path';
import { errnoOf } from '../base/errors';
import { makeFolder } from '../base/makeFolder';

/**
 * Sees owners in other network namespaces of this computer (containers that share the folder), which an abstract
 * socket's name can't: a socket *file* is found through the file system, whichever namespace asks, and the kernel
 * refuses connections to it from the moment at which its process has ended.
 *
 * A contender first shows its own claim, listening already, and looks at the others' after that. So of two
 * that contend at once at least one sees the other, and whoever sees a living claim steps back: never two go on.
 * Only dead claims are removed. A claim gets its name when it listens, so "refused" means dead, never "not yet".
 */
export interface Claim {
  /** Withdraws it. Idempotent. */
  release(): Promise<void>;
}

/** Another namespace's process has or wants the folder. */
export class ClaimedElsewhere extends Error {
  constructor(readonly connect: () => net.Socket) {
    super('Another claim on the folder is alive.');
  }
}

const suffix = '.sock';
/** A file that never got its name is a crash's when it is older than this, ms. */
const ABANDONED_MS = 60 * 60 * 1_000;

/**
 * @param admit gets every connection to the claim.
 * @throws ClaimedElsewhere, with this claim withdrawn.
 */
export async function claimFolder(folder: string, admit: (socket: net.Socket) => void): Promise<Claim> {
  const directory = join(folder, 'owner');
  makeFolder(directory);
  const name = randomBytes(8).toString('hex');
  const file = join(directory, `${name}${suffix}`);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    admit(socket);
  });
  const { path, close } = openDirectory(directory);
  try {
    server.listen(path(`${name}.tmp`));
    await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  } finally {
    close();
  }
  const release = async () => {
    await fs.rm(file, { force: true });
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Who has connected waits for this claim to go, as this one would for them.
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  try {
    await fs.rename(join(directory, `${name}.tmp`), file);
    for (const other of await fs.readdir(directory)) {
      if (other !== `${name}${suffix}`) await lookAt(directory, other);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function lookAt(directory: string, name: string): Promise<void> {
  const file = join(directory, name);
  if (name.endsWith(suffix)) {
    if (await isAlive(directory, name)) throw new ClaimedElsewhere(() => connectTo(directory, name));
    await fs.rm(file, { force: true });
  } else if (name.endsWith('.tmp')) {
    const made = await fs.stat(file).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > ABANDONED_MS) await fs.rm(file, { force: true });
  }
}

function isAlive(directory: string, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(directory, name);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Anything but a plain refusal is no proof of death: a full backlog, say.
    socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? '')));
  });
}

function connectTo(directory: string, name: string): net.Socket {
  const { path, close } = openDirectory(directory);
  // Begun at once, so that it can be written to.
  return net.connect(path(name)).once('connect', close).once('error', close);
}

/** A socket's path is at most 107 bytes long; these are short, however deep the folder is, until it is closed. */
function openDirectory(directory: string): { path: (name: string) => string; close: () => void } {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  return { path: (name) => `/proc/self/fd/${fd}/${name}`, close };
}
