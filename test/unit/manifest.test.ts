import assert from 'node:assert/strict';
import { commandFaults } from '../support/manifest/commandFaults';
import { conditionFaults } from '../support/manifest/conditionFaults';
import { localisationFaults } from '../support/manifest/localisationFaults';
import { readProject, type Project } from '../support/manifest/project';
import { textFaults } from '../support/manifest/textFaults';

const allFaults = (project: Project): string[] => [
  ...commandFaults(project),
  ...conditionFaults(project),
  ...textFaults(project),
  ...localisationFaults(project.sources),
];

describe('package.json and the code', () => {
  const project = readProject();

  it('agree in commands, menus and titles', () => assert.deepEqual(commandFaults(project), []));
  it('agree in views, context keys and conditions', () => assert.deepEqual(conditionFaults(project), []));
  it('agree in strings, settings, walkthroughs and tools', () => assert.deepEqual(textFaults(project), []));
  it('show people only texts that can be translated', () =>
    assert.deepEqual(localisationFaults(project.sources), []));
});

/** A copy of the project that may be broken. */
function broken(change: (project: ReturnType<typeof copy>) => void): string[] {
  const changed = copy(readProject());
  change(changed);
  return allFaults(changed);
}

function copy({ manifest, nls, ids, sources, exists }: Project) {
  return {
    ...{ manifest: structuredClone(manifest), nls: { ...nls }, sources: new Map(sources), exists },
    ids: {
      ...{ commands: { ...ids.commands } as Record<string, string>, views: { ...ids.views } },
      ...{ contextKeys: { ...ids.contextKeys } as Record<string, string>, settings: { ...ids.settings } },
      ...{ languageModelTools: { ...ids.languageModelTools }, mcpProviderId: ids.mcpProviderId },
    },
  };
}

describe('the check of package.json against the code', () => {
  const cases: [what: string, told: RegExp, change: (project: ReturnType<typeof copy>) => void][] = [
    [
      'a command that is not contributed',
      /tidemark\.ghost is in ids\.ts, but not/,
      ({ ids }) => (ids.commands['ghost'] = 'tidemark.ghost'),
    ],
    [
      'a command that nothing registers',
      /Nothing registers commands\.pause/,
      ({ sources }) => {
        for (const [path, text] of sources) sources.set(path, text.replaceAll('[commands.pause,', '['));
      },
    ],
    [
      'a title without capitals',
      /not in title case: Show log/,
      ({ nls }) => (nls['command.showLog'] = 'Show log'),
    ],
    [
      'another category',
      /tidemark\.pause must have the category/,
      ({ manifest }) => delete manifest.contributes.commands[0]!.category,
    ],
    [
      'a row’s command in the palette',
      /tidemark\.retryMessage takes a row/,
      ({ manifest }) => {
        const { menus } = manifest.contributes;
        menus['commandPalette'] = menus['commandPalette']!.filter(
          ({ command }) => command !== 'tidemark.retryMessage',
        );
      },
    ],
    [
      'an unknown context key',
      /asks for tidemark\.opne/,
      ({ manifest }) => (manifest.contributes.menus['commandPalette']![0]!.when = 'tidemark.opne'),
    ],
    [
      'a context key that is never set',
      /Nothing sets tidemark\.never/,
      ({ ids }) => (ids.contextKeys['never'] = 'tidemark.never'),
    ],
    [
      'a menu of no view',
      /asks for the view tidemark\.nowhere/,
      ({ manifest }) => (manifest.contributes.menus['view/title']![0]!.when = 'view == tidemark.nowhere'),
    ],
    [
      'a row that is never made',
      /rows of odd\.row/,
      ({ manifest }) => (manifest.contributes.menus['view/item/context']![0]!.when = 'viewItem == odd.row'),
    ],
    ['a missing string', /%command\.pause% has no text/, ({ nls }) => delete nls['command.pause']],
    ['an unused string', /package\.nls\.json has odd/, ({ nls }) => (nls['odd'] = 'Odd')],
    [
      'a setting that is never read',
      /Nothing reads the setting tidemark\.odd/,
      ({ manifest }) => (manifest.contributes.configuration.properties['tidemark.odd'] = { default: 1 }),
    ],
    [
      'a walkthrough of a missing picture',
      /shows media\/none\.svg/,
      ({ manifest }) =>
        (manifest.contributes.walkthroughs![0]!.steps[0]!.media = { svg: 'media/none.svg', altText: 'None' }),
    ],
    [
      'a step that never ends',
      /completed by onCommand:tidemark\.none/,
      ({ manifest }) =>
        (manifest.contributes.walkthroughs![0]!.steps[0]!.completionEvents = ['onCommand:tidemark.none']),
    ],
    [
      'a link to nothing',
      /links to tidemark\.gone/,
      ({ nls }) => (nls['welcome.empty'] = '[Go](command:tidemark.gone)'),
    ],
    [
      'another tool',
      /language model tools/,
      ({ manifest }) => manifest.contributes.languageModelTools!.pop(),
    ],
    [
      'a text that is made at run time',
      /must be a literal/,
      ({ sources }) => sources.set('src/x.ts', 'vscode.l10n.t(`a ${b}`)'),
    ],
    [
      'a text with too few arguments',
      /1 arguments for 2 places/,
      ({ sources }) => sources.set('src/x.ts', "vscode.l10n.t('{0} {1}', a)"),
    ],
    [
      'a text that goes around l10n',
      /through l10n\.t: Done/,
      ({ sources }) => sources.set('src/x.ts', "vscode.window.showErrorMessage('Done')"),
    ],
  ];
  for (const [what, told, change] of cases)
    it(`finds ${what}`, () => assert.match(broken(change).join('\n'), told));
});
