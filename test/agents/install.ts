import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installOnce, npm } from '../support/npmInstall';
import type { TestRun } from '../support/testRun';

export interface AgentPackage {
  name: string;
  version: string;
  /** The program, below the folder of the install. A script is started by this Node.js. */
  program: string;
}

const markerName = 'installed.json';

/**
 * Finds the program of an agent in the user's cache, or installs it there from npm: without install scripts, which
 * npm may refuse and none of the agents needs. Safe when two runs start at once.
 * @param agent the folder's name.
 */
export async function installAgent(
  run: TestRun,
  agent: string,
  { name, version, program }: AgentPackage,
  print: (line: string) => void,
): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tidemark-agents');
  const folder = join(cache, agent, version);
  const file = join(folder, program);
  const started = Date.now();
  let installed = false;
  await installOnce(folder, {
    read: async () => {
      const marker = await readFile(join(folder, markerName), 'utf8').catch(() => undefined);
      return marker === `${name}@${version}` && existsSync(file) ? file : undefined;
    },
    make: async (aside) => {
      installed = true;
      await mkdir(aside, { recursive: true });
      await writeFile(join(aside, 'package.json'), JSON.stringify({ name: 'tidemark-agent', private: true }));
      const bounds = { npm_config_fetch_timeout: '30000', npm_config_fetch_retries: '1' };
      await npm(run, aside, ['install', '--no-save', '--ignore-scripts', `${name}@${version}`], bounds);
      await writeFile(join(aside, markerName), `${name}@${version}`);
    },
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const where = installed ? `installed in ${seconds} s (${await megabytes(folder)} MB)` : 'in the cache';
  print(`${name}@${version}: ${where}, ${folder}`);
  return file;
}

/** What a folder's files take, each counted once however many names it has. */
async function megabytes(folder: string): Promise<number> {
  const sizes = new Map<number, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = await stat(join(entry.parentPath ?? entry.path, entry.name));
    sizes.set(ino, size);
  }
  return Math.round([...sizes.values()].reduce((sum, size) => sum + size, 0) / 1_000_000);
}
