import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as ids from '../../../src/vscode/ids';
import { projectRoot } from '../project';

interface MenuEntry {
  command?: string;
  submenu?: string;
  when?: string;
}

interface Setting {
  default?: unknown;
  scope?: string;
  description?: string;
  markdownDescription?: string;
  enum?: unknown[];
  enumDescriptions?: string[];
}

interface WalkthroughStep {
  id: string;
  title: string;
  description: string;
  media: { image?: string; svg?: string; markdown?: string; altText?: string };
  completionEvents?: string[];
}

/** What the tests look at of package.json. */
export interface Manifest {
  icon: string;
  contributes: {
    commands: { command: string; title: string; category?: string }[];
    views: Record<string, { id: string; name: string; icon?: string }[]>;
    viewsWelcome?: { view: string; contents: string; when?: string }[];
    menus: Record<string, MenuEntry[]>;
    configuration: { properties: Record<string, Setting> };
    keybindings?: { command: string; when?: string }[];
    walkthroughs?: { id: string; steps: WalkthroughStep[] }[];
    languageModelTools?: { name: string; displayName?: string; modelDescription?: string }[];
    mcpServerDefinitionProviders?: { id: string }[];
  };
}

/** package.json and everything that it must agree with. */
export interface Project {
  readonly manifest: Manifest;
  readonly nls: Readonly<Record<string, string>>;
  readonly ids: {
    readonly commands: Readonly<Record<string, string>>;
    readonly views: Readonly<Record<string, string>>;
    readonly contextKeys: Readonly<Record<string, string>>;
    readonly settings: Readonly<Record<string, string>>;
    readonly languageModelTools: Readonly<Record<string, string>>;
    readonly mcpProviderId: string;
  };
  /** Texts below src/ by their path, without the ids themselves. */
  readonly sources: ReadonlyMap<string, string>;
  readonly exists: (path: string) => boolean;
}

export function readProject(): Project {
  const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
  const src = join(projectRoot, 'src');
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)))
    .filter((path) => path !== join('src', 'vscode', 'ids.ts'));
  return {
    manifest: JSON.parse(read('package.json')) as Manifest,
    nls: JSON.parse(read('package.nls.json')) as Record<string, string>,
    ids,
    sources: new Map(files.map((path) => [path, read(path)])),
    exists: (path) => existsSync(join(projectRoot, path)),
  };
}
