import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NativeDatabase } from './direct';

/** What the promises are measured against. No dependency of the product: it lives in a folder of its own. */
const NAME = 'better-sqlite3';
const VERSION = '12.11.1';
const INSTALL_MS = 10 * 60_000;

/** The package; with `install`, put there and compiled where it isn't. Throws, with the reason, without it. */
export function loadBetterSqlite({
  install: mayInstall,
}: {
  install: boolean;
}): (file: string) => NativeDatabase {
  const { platform, arch, versions } = process;
  const folder = join(
    homedir(),
    '.cache/tidemark-bench',
    `${VERSION}-${platform}-${arch}-${versions.modules}`,
  );
  const module = join(folder, 'node_modules', NAME);
  if (!loads(module)) {
    if (!mayInstall) throw new Error(`${NAME} is not installed: a run without --brief does that.`);
    install(folder, module);
  }
  const Database = createRequire(join(folder, 'package.json'))(NAME) as new (file: string) => NativeDatabase;
  return (file) => new Database(file);
}

/** In a process of its own: half an installation must not be cached by this one. */
function loads(module: string): boolean {
  if (!existsSync(module)) return false;
  const script = `new (require(${JSON.stringify(module)}))(':memory:').close()`;
  return spawnSync(process.execPath, ['-e', script], { stdio: 'ignore' }).status === 0;
}

function install(folder: string, module: string): void {
  process.stderr.write(`Installing ${NAME} ${VERSION} into ${folder}; compiling it can take minutes.\n`);
  mkdirSync(folder, { recursive: true });
  // npm runs the install script only of a package that is allowed to.
  const manifest = { private: true, allowScripts: { [`${NAME}@${VERSION}`]: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const npm = run(folder, 'npm', ['install', '--no-audit', '--no-fund', `${NAME}@${VERSION}`]);
  if (loads(module)) return;
  // Some npms skip install scripts whatever the folder says.
  const gyp = run(module, 'npx', ['--yes', 'node-gyp', 'rebuild', '--release']);
  if (!loads(module)) throw new Error(`${NAME} could not be installed: ${lastLine(gyp) || lastLine(npm)}`);
}

function run(cwd: string, command: string, args: string[]): string {
  // The headers that came with this Node, where they did: then nothing has to be downloaded to compile.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
  const { stdout, stderr, error } = spawnSync(command, args, {
    ...{ cwd, encoding: 'utf8', timeout: INSTALL_MS, shell: process.platform === 'win32' },
    env: { ...cleanEnvironment(), npm_config_ignore_scripts: 'false', ...headers },
  });
  return error ? error.message : `${stdout}\n${stderr}`;
}

/** Without what `npm run` sets for its own project, which would lead the inner npm astray. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => /err/i.test(line));
  return lines[0]?.trim().slice(0, 200) ?? '';
}
