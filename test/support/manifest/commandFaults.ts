import type { Project } from './project';

/** Words that a title keeps small between its first and its last. */
const small = new Set('a an and as at by for from in it of on or the to with'.split(' '));

/** What is wrong with the commands, each as a sentence that says what to do. */
export function commandFaults(project: Project): string[] {
  const { manifest, nls, ids } = project;
  const { commands, menus } = manifest.contributes;
  const faults: string[] = [];
  const contributed = new Map(commands.map((entry) => [entry.command, entry]));
  if (contributed.size < commands.length) faults.push('package.json contributes a command twice.');
  const known = new Set(Object.values(ids.commands));
  for (const id of contributed.keys())
    if (!known.has(id)) faults.push(`${id} is contributed, but not in ids.ts: add it there, or take it out.`);
  for (const [key, id] of Object.entries(ids.commands)) {
    const entry = contributed.get(id);
    if (!entry) {
      faults.push(`${id} is in ids.ts, but not in contributes.commands.`);
      continue;
    }
    if (entry.category !== 'Tidemark') faults.push(`${id} must have the category Tidemark.`);
    const title = nls[entry.title.replace(/^%(.*)%$/, '$1')];
    if (title === undefined) faults.push(`${id} has no title in package.nls.json: ${entry.title}`);
    else if (!isTitleCase(title)) faults.push(`The title of ${id} is not in title case: ${title}`);
    if (!isRegistered(project, key)) faults.push(`Nothing registers commands.${key} (${id}).`);
  }
  for (const [menu, entries] of Object.entries(menus))
    for (const { command } of entries)
      if (command !== undefined && !contributed.has(command))
        faults.push(`The menu ${menu} has ${command}, which is not contributed.`);
  for (const { command } of manifest.contributes.keybindings ?? [])
    if (!contributed.has(command)) faults.push(`A key is bound to ${command}, which is not contributed.`);
  return [...faults, ...rowFaults(project)];
}

function isTitleCase(title: string): boolean {
  const words = title.split(/\s+/);
  return words.every((word, i) => {
    const isInside = i > 0 && i < words.length - 1;
    // “Group Sessions by…” goes on in what it asks.
    const bare = word.replace(/…$/, '');
    return !/^\p{Ll}/u.test(word) || ((isInside || bare !== word) && small.has(bare));
  });
}

/** As the first of a call's or a pair's members, or as the key of a table: not where it is merely run. */
function isRegistered({ sources }: Project, key: string): boolean {
  const registration = new RegExp(`(?<!executeCommand\\s*)[[(]\\s*commands\\.${key}\\s*(?:,|\\]\\s*[:(])`);
  return [...sources.values()].some((text) => registration.test(text));
}

/** What is done with a row works from the palette only where a list or a document says which is meant. */
function rowFaults({ manifest, ids, sources }: Project): string[] {
  const { menus } = manifest.contributes;
  const palette = new Map((menus['commandPalette'] ?? []).map(({ command, when }) => [command, when ?? '']));
  const inRows = new Set((menus['view/item/context'] ?? []).map(({ command }) => command));
  const all = [...sources.values()].join('\n');
  return Object.entries(ids.commands).flatMap(([key, id]) => {
    const handler = new RegExp(`[[(]\\s*commands\\.${key}\\s*,\\s*(?:async\\s*)?\\(([^)]*)\\)\\s*=>`).exec(
      all,
    );
    const parameter = handler?.[1]?.trim();
    // One that may be missing is asked for; what is selected stands in for the rest.
    const isAsked = parameter === '' || /^\w+\?/.test(parameter ?? '');
    const isSelected = parameter === undefined || parameter.startsWith('...');
    const needsRow = !isAsked && (inRows.has(id) || !isSelected);
    if (!needsRow || /^false$|\bfocusedView\b|\bresourceScheme\b/.test(palette.get(id) ?? '')) return [];
    return [`${id} takes a row: hide it from the palette (menus.commandPalette, "when": "false").`];
  });
}
