import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ProjectRef } from './vocabulary';

/** Git's own pointer files hold one path. */
const longestPointer = 32_768;

/**
 * The project that a folder belongs to, found by reading what git wrote, without running it: the repository whose
 * `.git` is next above the folder. Its work trees and subfolders are one project, known by the common directory;
 * a submodule is one of its own. Without a repository the folder itself is the project, whether it exists or not.
 *
 * `key` and `name` follow from the common directory alone, so that they are equal in all work trees; `root` is
 * the main work tree, or the common directory where there is none. Never throws.
 */
export function identifyProject(cwd: string): ProjectRef {
  const folder = realPath(pathStyle(cwd).resolve(cwd));
  const style = pathStyle(folder);
  for (let at = folder; ; at = style.dirname(at)) {
    const repository = repositoryAt(at, style);
    if (repository) return projectRef(repository.common, repository.root, style);
    if (style.dirname(at) === at) return projectRef(folder, folder, style);
  }
}

/**
 * The name of the file in `<store>/context/` that holds what the next session of a project is given:
 * `<name as a slug>-<16 hex digits of the key's SHA-256>.md`.
 */
export function contextFileName(project: ProjectRef): string {
  const slug = project.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '');
  const hash = createHash('sha256').update(project.key).digest('hex').slice(0, 16);
  return `${slug || 'project'}-${hash}.md`;
}

function projectRef(common: string, root: string, style: path.PlatformPath): ProjectRef {
  return { key: normalKey(common), name: nameOf(common, style), root };
}

/** `/code/shop/.git` and `/code/shop/.bare` are `shop`, and so is `/srv/shop.git`. */
function nameOf(common: string, style: path.PlatformPath): string {
  const base = style.basename(common);
  const name = base.startsWith('.')
    ? style.basename(style.dirname(common))
    : base.replace(/(?<=.)\.git$/, '');
  return name || common;
}

/** The repository whose `.git`, as a folder or a file, is in `folder`, or that is `folder` itself (bare). */
function repositoryAt(
  folder: string,
  style: path.PlatformPath,
): { common: string; root: string } | undefined {
  const dotGit = style.join(folder, '.git');
  const kind = kindOf(dotGit);
  if (kind === 'folder' && isGitDirectory(dotGit, style)) return commonOf(realPath(dotGit), folder, style);
  if (kind === 'file') {
    const pointer = /^gitdir: (.+?)[\r\n]*$/.exec(readPointer(dotGit))?.[1];
    const target = pointer === undefined ? undefined : realPath(style.resolve(folder, pointer));
    // A pointer into a place that isn't mounted here still marks the folder as a project.
    if (target === undefined || !isGitDirectory(target, style)) return { common: folder, root: folder };
    return commonOf(target, folder, style);
  }
  if (isGitDirectory(folder, style) && kindOf(style.join(folder, 'objects')) === 'folder') {
    return { common: folder, root: rootOf(folder, style) };
  }
  return undefined;
}

/** A linked work tree's git directory names the common one in `commondir`; any other is the common one itself. */
function commonOf(
  gitDirectory: string,
  folder: string,
  style: path.PlatformPath,
): { common: string; root: string } {
  const pointer = readPointer(style.join(gitDirectory, 'commondir')).trim();
  if (pointer === '') return { common: gitDirectory, root: folder };
  const common = realPath(style.resolve(gitDirectory, pointer));
  return { common, root: rootOf(common, style) };
}

function rootOf(common: string, style: path.PlatformPath): string {
  return style.basename(common).startsWith('.') ? style.dirname(common) : common;
}

function isGitDirectory(folder: string, style: path.PlatformPath): boolean {
  return kindOf(style.join(folder, 'HEAD')) === 'file';
}

function kindOf(file: string): 'file' | 'folder' | undefined {
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) return 'folder';
    return stat.isFile() && stat.size <= longestPointer ? 'file' : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a small file; empty if it can't be read, so that a missing pointer and an empty one are the same. */
function readPointer(file: string): string {
  try {
    return kindOf(file) === 'file' ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

function realPath(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}

/** A path of the other platform, out of a recording for example, is not resolved against a folder of this one. */
function pathStyle(folder: string): path.PlatformPath {
  if (/^(?:[A-Za-z]:[\\/]|\\\\)/.test(folder)) return path.win32;
  return folder.startsWith('/') && process.platform !== 'win32' ? path.posix : path;
}

function normalKey(folder: string): string {
  return folder.replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}
