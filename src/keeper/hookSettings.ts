import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../base/makeFolder';
import { contextSettingsFile, type ContextSettings } from '../capture/contextSettings';
import { exclusionsFile, type ExclusionSettings } from '../capture/exclusions';

/** Tells the hook program what a person has set about the memory that agents are given. As `write`. */
export function writeContextSettings(storeDir: string, settings: ContextSettings): Promise<void> {
  return write(storeDir, contextSettingsFile, settings);
}

/** Tells the hook program what is not to be captured. As `write`. */
export function writeExclusions(storeDir: string, settings: ExclusionSettings): Promise<void> {
  return write(storeDir, exclusionsFile, settings);
}

/**
 * In one step: a hook reads the former or the new ones. Every window writes the same, since the settings are the
 * machine's; a file that is right is not touched. Throws what the file system throws.
 */
async function write(storeDir: string, name: string, settings: object): Promise<void> {
  const file = join(storeDir, name);
  const text = `${JSON.stringify(settings)}\n`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  makeFolder(storeDir);
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
