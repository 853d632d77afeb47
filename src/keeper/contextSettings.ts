import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../base/makeFolder';
import { contextSettingsFile, type ContextSettings } from '../capture/contextSettings';

/**
 * Tells the hook program what a person has set. Every window writes the same, since the settings are the
 * application's; a file that is right is not touched. Throws what the file system throws.
 */
export async function writeContextSettings(storeDir: string, settings: ContextSettings): Promise<void> {
  const file = join(storeDir, contextSettingsFile);
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
