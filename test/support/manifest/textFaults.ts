import type { Project } from './project';

/** What is wrong with strings, settings, references to files and what chats and walkthroughs name. */
export function textFaults(project: Project): string[] {
  return [
    ...nlsFaults(project),
    ...settingFaults(project),
    ...walkthroughFaults(project),
    ...toolFaults(project),
  ];
}

function nlsFaults({ manifest, nls }: Project): string[] {
  const used = new Set([...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, name]) => name!));
  return [
    ...[...used].filter((name) => !nls[name]).map((name) => `%${name}% has no text in package.nls.json.`),
    ...Object.keys(nls)
      .filter((name) => !used.has(name))
      .map((name) => `package.nls.json has ${name}, which package.json doesn't use.`),
  ];
}

function settingFaults({ manifest, nls, ids, sources }: Project): string[] {
  const faults: string[] = [];
  const { properties } = manifest.contributes.configuration;
  const text = (reference = '') => nls[reference.replace(/^%(.*)%$/, '$1')] ?? '';
  for (const [id, setting] of Object.entries(properties)) {
    const name = id.replace(/^tidemark\./, '');
    if (setting.default === undefined) faults.push(`The setting ${id} has no default.`);
    if (setting.scope === undefined) faults.push(`The setting ${id} must say its scope.`);
    const description = text(setting.description ?? setting.markdownDescription);
    if (!/^\p{Lu}.*\.$/su.test(description))
      faults.push(`The setting ${id} needs a sentence: ${description}`);
    if (setting.enum && setting.enumDescriptions?.length !== setting.enum.length)
      faults.push(`Each value of the setting ${id} needs a description.`);
    if (!isRead(name, ids.settings, sources)) faults.push(`Nothing reads the setting ${id}.`);
  }
  for (const name of Object.values(ids.settings))
    if (!(`tidemark.${name}` in properties)) faults.push(`The setting ${name} of ids.ts is not contributed.`);
  return faults;
}

function isRead(name: string, settings: Project['ids']['settings'], sources: Project['sources']): boolean {
  const key = Object.keys(settings).find((candidate) => settings[candidate] === name);
  const texts = [...sources.values()];
  if (key !== undefined) return texts.some((text) => new RegExp(`settings\\.${key}\\b`).test(text));
  const parts = name.split('.');
  return parts.some((_, i) => {
    const section = ['tidemark', ...parts.slice(0, i)].join('.');
    const rest = parts.slice(i).join('.');
    return texts.some(
      (text) => text.includes(`getConfiguration('${section}'`) && text.includes(`get('${rest}'`),
    );
  });
}

/** `[label](command:id?arguments)` in a text. */
function linkedCommands(text: string): string[] {
  return [...text.matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id!);
}

function walkthroughFaults({ manifest, nls, ids, exists }: Project): string[] {
  const faults: string[] = [];
  const { walkthroughs = [], viewsWelcome = [], configuration, views } = manifest.contributes;
  const known = (id: string) => !id.startsWith('tidemark') || Object.values(ids.commands).includes(id);
  const text = (reference: string) => nls[reference.replace(/^%(.*)%$/, '$1')] ?? reference;
  for (const { view, contents } of viewsWelcome)
    for (const id of linkedCommands(text(contents)))
      if (!known(id)) faults.push(`The welcome of ${view} links to ${id}, which is no command.`);
  const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  for (const { id, description, media, completionEvents = [] } of steps) {
    for (const linked of linkedCommands(text(description)))
      if (!known(linked)) faults.push(`The walkthrough step ${id} links to ${linked}, which is no command.`);
    for (const file of [media.image, media.svg, media.markdown])
      if (file !== undefined && !exists(file))
        faults.push(`The walkthrough step ${id} shows ${file}, which there is not.`);
    if (media.markdown === undefined && !media.altText)
      faults.push(`The picture of the step ${id} needs an altText.`);
    if (completionEvents.length === 0) faults.push(`Nothing completes the walkthrough step ${id}.`);
    for (const event of completionEvents) {
      const [kind, what = ''] = event.split(/:(.*)/s);
      const isKnown =
        kind === 'onContext' ||
        (kind === 'onCommand' && known(what)) ||
        (kind === 'onSettingChanged' && what in configuration.properties) ||
        (kind === 'onView' && Object.values(views).some((all) => all.some((view) => view.id === what)));
      if (!isKnown) faults.push(`The walkthrough step ${id} is completed by ${event}, which never happens.`);
    }
  }
  const icons = Object.values(views).flatMap((all) => all.flatMap(({ icon }) => icon ?? []));
  for (const file of [manifest.icon, ...icons])
    if (!file.startsWith('$(') && !exists(file))
      faults.push(`package.json names ${file}, which there is not.`);
  return faults;
}

function toolFaults({ manifest, ids }: Project): string[] {
  const { languageModelTools = [], mcpServerDefinitionProviders = [] } = manifest.contributes;
  const differ = (what: string, declared: string[], known: string[]) =>
    declared.slice().sort().join() === known.slice().sort().join()
      ? []
      : [`package.json has the ${what} ${declared.join(', ')}; ids.ts has ${known.join(', ')}.`];
  return [
    ...differ(
      'language model tools',
      languageModelTools.map(({ name }) => name),
      Object.values(ids.languageModelTools),
    ),
    ...differ(
      'MCP providers',
      mcpServerDefinitionProviders.map(({ id }) => id),
      [ids.mcpProviderId],
    ),
    ...languageModelTools
      .filter(({ displayName, modelDescription }) => !displayName || !modelDescription)
      .map(({ name }) => `The tool ${name} needs a displayName and a modelDescription.`),
  ];
}
