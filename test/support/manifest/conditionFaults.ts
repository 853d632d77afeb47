import type { Manifest, Project } from './project';

/** Every `when` of the manifest with where it stands. */
function conditions({ contributes }: Manifest): [where: string, when: string][] {
  const { menus, viewsWelcome = [], keybindings = [], walkthroughs = [] } = contributes;
  return [
    ...Object.entries(menus).flatMap(([menu, entries]) =>
      entries.map(({ command, when }): [string, string] => [`${menu} ${command}`, when ?? '']),
    ),
    ...viewsWelcome.map(({ view, when }): [string, string] => [`the welcome of ${view}`, when ?? '']),
    ...keybindings.map(({ command, when }): [string, string] => [`the key of ${command}`, when ?? '']),
    ...walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ id, completionEvents = [] }) =>
        completionEvents
          .filter((event) => event.startsWith('onContext:'))
          .map((event): [string, string] => [`the walkthrough step ${id}`, event.slice('onContext:'.length)]),
      ),
    ),
  ];
}

/** What is wrong with views, context keys and the conditions that use them. */
export function conditionFaults({ manifest, ids, sources }: Project): string[] {
  const faults: string[] = [];
  const views = Object.values(manifest.contributes.views).flatMap((all) => all.map(({ id }) => id));
  const code = [...sources.values()].join('\n');
  for (const id of views)
    if (!Object.values(ids.views).includes(id)) faults.push(`The view ${id} is not in ids.ts.`);
  for (const [key, id] of Object.entries(ids.views)) {
    if (!views.includes(id)) faults.push(`The view ${id} of ids.ts is not contributed.`);
    if (!new RegExp(`views\\.${key}\\b`).test(code))
      faults.push(`Nothing makes the view ${id} (views.${key}).`);
  }
  for (const { view } of manifest.contributes.viewsWelcome ?? [])
    if (!views.includes(view)) faults.push(`There is a welcome for ${view}, which is no view.`);

  const keys = new Map(Object.entries(ids.contextKeys).map(([key, id]) => [id, key]));
  const used = new Set<string>();
  for (const [where, when] of conditions(manifest)) {
    for (const [, view] of when.matchAll(/\bview\s*[=!]=\s*([\w.]+)/g))
      if (!views.includes(view!)) faults.push(`${where} asks for the view ${view}, which there is not.`);
    for (const [, item] of when.matchAll(/\bviewItem\s*==\s*'?([\w.-]+)/g))
      if (!isRow(item!, code))
        faults.push(`${where} is for rows of ${item}, and no row says that it is one.`);
    const rest = when.replace(
      /\b(view|viewItem|activeViewlet|focusedView|activeWebviewPanelId)\s*(==|!=|=~)\s*\S+/g,
      '',
    );
    for (const [key] of rest.matchAll(/\btidemark[.:][\w.]+/g)) {
      used.add(key);
      if (!keys.has(key))
        faults.push(`${where} asks for ${key}, which is not among the context keys of ids.ts.`);
    }
  }
  for (const [id, key] of keys) {
    if (!new RegExp(`contextKeys\\.${key}\\b`).test(code))
      faults.push(`Nothing sets ${id} (contextKeys.${key}).`);
    if (!used.has(id)) faults.push(`No condition asks for ${id}: take contextKeys.${key} out.`);
  }
  return faults;
}

/** A literal of the code, or made of one that ends or begins with a part that is put in. */
function isRow(item: string, code: string): boolean {
  const [kind] = item.split('.');
  return [`'${item}'`, `"${item}"`, `\`${item}\``, `\`${kind}.${'${'}`].some((text) => code.includes(text));
}
