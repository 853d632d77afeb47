import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errnoOf } from '../base/errors';
import { SettingsChangedError, SettingsReadOnlyError, SettingsUnreadableError } from './errors';

/** A settings file as it is on disk. */
export interface SettingsFile {
  /** Where the text really is: behind every symbolic link. */
  path: string;
  /** With its byte order mark, if it has one. Undefined: there is no file. */
  text: string | undefined;
  mode?: number;
}

/**
 * Reads a settings file, following links, also to where there is nothing yet.
 * @throws SettingsUnreadableError where it is no UTF-8 text, and what the file system throws.
 */
export async function readSettingsFile(file: string): Promise<SettingsFile> {
  const path = await behindLinks(file);
  let bytes: Buffer;
  try {
    bytes = await fs.readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return { path, text: undefined };
    throw error;
  }
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw new SettingsUnreadableError(file, 'is no UTF-8 text');
  return { path, text, mode: (await fs.stat(path)).mode & 0o777 };
}

async function behindLinks(file: string, depth = 0): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const to = await fs.readlink(file).catch(() => undefined);
  return to === undefined || depth > 16 ? file : behindLinks(resolve(dirname(file), to), depth + 1);
}

/** Throws SettingsReadOnlyError where the file says that it must not be written: also to root, who could. */
export async function assertWritable(file: string, { path, mode }: SettingsFile): Promise<void> {
  if (mode === undefined) return;
  if ((mode & 0o222) === 0) throw new SettingsReadOnlyError(file);
  try {
    await fs.access(path, fs.constants.W_OK);
  } catch (error) {
    throw new SettingsReadOnlyError(file, error);
  }
}

/**
 * Puts a text in the file's place in one step; durable when it resolves. The mode and owner of a file that is there
 * stay. Answers the folders that had to be made, innermost first. @throws SettingsReadOnlyError.
 */
export async function replaceSettingsFile(
  file: string,
  { path, mode }: SettingsFile,
  text: string,
  newMode: number,
): Promise<string[]> {
  const made: string[] = [];
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await makeFolders(dirname(path), newMode === 0o600 ? 0o700 : 0o755, made);
    await writeSynced(temporary, text, mode ?? newMode, mode === undefined ? undefined : path);
    await fs.rename(temporary, path);
    return made;
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw refused(file, error);
  }
}

/** Longest wait for the lock, and how long one that nobody renews is another's; both in ms, as agents have it. */
const LOCK_PATIENCE = 5_000;
const LOCK_STALE = 10_000;

/**
 * Runs a change of a file under the lock that the agent takes for its own changes of it: the folder `<path>.lock`.
 * @throws SettingsChangedError where the agent keeps it for too long.
 */
export async function underLock<T>(path: string, change: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const until = performance.now() + LOCK_PATIENCE;
  while (!(await tryLock(lock))) {
    if (performance.now() > until) throw new SettingsChangedError(path);
    await setTimeout(50);
  }
  try {
    return await change();
  } finally {
    await fs.rmdir(lock).catch(() => undefined);
  }
}

/** False where another has it. One whose owner died is taken away, to be tried again. */
async function tryLock(lock: string): Promise<boolean> {
  try {
    await fs.mkdir(lock);
    return true;
  } catch (error) {
    // Without the folder there is no file that anybody could change.
    if (errnoOf(error) === 'ENOENT') return true;
    if (errnoOf(error) !== 'EEXIST') throw refused(lock, error);
    const since = await fs.stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (Date.now() - since > LOCK_STALE) await fs.rmdir(lock).catch(() => undefined);
    return false;
  }
}

/** Removes a settings file and those of the folders that are empty then. @throws SettingsReadOnlyError. */
export async function removeSettingsFile(file: string, path: string, folders: string[]): Promise<void> {
  try {
    await fs.rm(path, { force: true });
  } catch (error) {
    throw refused(file, error);
  }
  for (const folder of folders) {
    // One with something in it stays, and so do those around it.
    if (
      !(await fs.rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

function refused(file: string, error: unknown): unknown {
  const code = errnoOf(error) ?? '';
  return ['EACCES', 'EPERM', 'EROFS'].includes(code) ? new SettingsReadOnlyError(file, error) : error;
}

async function makeFolders(folder: string, mode: number, made: string[]): Promise<void> {
  try {
    await fs.mkdir(folder, { mode });
    made.push(folder);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    if (errnoOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolders(dirname(folder), mode, made);
    await fs.mkdir(folder, { mode });
    made.unshift(folder);
  }
}

async function writeSynced(
  path: string,
  text: string,
  mode: number,
  like: string | undefined,
): Promise<void> {
  const handle = await fs.open(path, 'wx', mode);
  try {
    await handle.writeFile(text);
    if (like !== undefined) {
      const { uid, gid } = await fs.stat(like);
      // Only root can give a file to somebody else; for everybody else it is theirs already.
      await handle.chown(uid, gid).catch(() => undefined);
    }
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
