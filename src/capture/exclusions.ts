import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../base/errors';
import { Globs } from './globs';

/** What a person has set not to be captured. */
export interface ExclusionSettings {
  /** Globs of files: what tools do with them is not captured. */
  readonly files: readonly string[];
  /** Globs of folders: nothing is captured of what agents do there. */
  readonly projects: readonly string[];
}

/** Written by the extension, read by the hook program, which asks nobody. */
export const exclusionsFile = 'privacy.json';

/** Until something else is set. Equal to the default of `tidemark.privacy.excludeFiles` in package.json. */
export const defaultExclusions: ExclusionSettings = {
  files: [
    '**/.env*',
    '!**/.env.{example,sample,template,dist,defaults}',
    '**/*.{pem,key,p12,pfx,jks,keystore,kdbx}',
    '**/id_{rsa,dsa,ecdsa,ed25519}',
    '**/.{ssh,gnupg}',
    '**/.{netrc,pgpass,pypirc,git-credentials}',
    '**/.aws/credentials',
    '**/.docker/config.json',
    '**/.kube/config',
  ],
  projects: [],
};

/** What is not to be captured. `everything`: it can't be known what, so nothing is captured. */
export class Exclusions {
  readonly files: Globs;
  readonly #projects: Globs;

  constructor(
    { files, projects }: ExclusionSettings,
    readonly everything = false,
  ) {
    this.files = new Globs(files);
    this.#projects = new Globs(projects);
  }

  /** Whether nothing may be captured of work in a folder whose project has this root. */
  coversProject(cwd: string, root: () => string): boolean {
    if (this.everything) return true;
    if (this.#projects.isEmpty) return false;
    return this.#projects.matches(cwd, cwd) || this.#projects.matches(root(), cwd);
  }
}

/**
 * What is set in a storage folder. Never throws.
 * - No file: no window has started yet since this is there; the defaults hold.
 * - A file that can't be read or understood: somebody may have excluded what is at work now, so everything is.
 *   Each window that starts writes it anew.
 */
export function readExclusions(storeDir: string): Exclusions {
  try {
    return new Exclusions(parse(readFileSync(join(storeDir, exclusionsFile), 'utf8')));
  } catch (error) {
    const isAbsent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
    return new Exclusions(defaultExclusions, !isAbsent);
  }
}

function parse(text: string): ExclusionSettings {
  const { files, projects } = JSON.parse(text) as Record<string, unknown>;
  if (!isTexts(files) || !isTexts(projects)) throw new SyntaxError('These are no exclusions.');
  return { files, projects };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
