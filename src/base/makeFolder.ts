import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './errors';

/**
 * Makes a folder and those above it, for the owner only; answers whether it was missing. Many may make it at once.
 * Throws what the file system throws. By hand, because Node's own recursive `mkdir` never returns where a folder is
 * there in which nothing can be found or made (`/proc`), and no timer ends that.
 */
export function makeFolder(folder: string): boolean {
  try {
    return makeOne(folder);
  } catch (error) {
    const parent = dirname(folder);
    if (errnoOf(error) !== 'ENOENT' || parent === folder) throw error;
    makeFolder(parent);
    // Whoever made the folder above, it is there now.
    return makeOne(folder);
  }
}

function makeOne(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}
