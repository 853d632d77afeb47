import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { said } from '../support/anthropicServer';
import { eventually } from '../support/eventually';
import { packageModelExtension } from '../support/modelExtension';
import { makePausedStore } from '../support/pausedStore';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const answer = {
  observations: [said('The shop is closed on Sundays', ['m1'])],
  summary: {
    request: 'Opening hours',
    investigated: '',
    learned: 'Closed on Sundays',
    completed: '',
    nextSteps: '',
  },
};

describe('a language model of VS Code', () => {
  let session: UiSession;
  let folder: string;
  const prompts = async () => (await readdir(join(folder, 'prompts'))).length;
  /** In one step: the model may read it at any moment. */
  const answerWith = async (what: object) => {
    await writeFile(join(folder, 'answer.tmp'), JSON.stringify(what));
    await rename(join(folder, 'answer.tmp'), join(folder, 'answer.json'));
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidemark-model-'));
    await answerWith({ text: 'ok' });
    session = await UiSession.open(uiSetup(), {
      open: false,
      helpers: [await packageModelExtension(folder)],
      settings: { 'chat.disableAIFeatures': false },
    });
    await makePausedStore(session.globalStorage(extensionId));
    await session.workbench.open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(async () => {
    await session?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is picked by the person, asked with their consent only, and its quota is told', async () => {
    const { workbench } = session;
    const item = workbench.statusItem(statusItem);
    await item.waitForText('2');
    // Its extension starts by itself, and may do so after ours.
    await eventually('the model to be offered', () => access(join(folder, 'offered')).then(() => true));
    await workbench.quickInput.runCommand('Tidemark: Choose Language Model…');
    await workbench.quickInput.pick('Test Model One');
    const { message } = await workbench.notifications.dialog();
    assert.match(message, /Let Test Model One turn/);
    assert.equal(await prompts(), 0);
    await workbench.notifications.clickDialogButton('Allow');
    await eventually('the model in the tooltip', async () =>
      (await item.tooltip()).includes('tidemark-test/one distils through VS Code'),
    );
    const before = await prompts();

    await answerWith({ blocked: true });
    await workbench.quickInput.runCommand('Tidemark: Resume');
    await workbench.notifications.waitForNotification(/allows no more at present/);
    assert.equal(await prompts(), before + 1);
    await answerWith({ text: `\`\`\`json\n${JSON.stringify(answer)}\n\`\`\`` });
    await workbench.quickInput.runCommand('Tidemark: Pause');
    await eventually('the pause', async () => (await item.ariaLabel())?.includes('Paused, 2 waiting'));
    await eventually('the command', async () =>
      (await workbench.quickInput.commandTitles('Tidemark: Res')).includes('Tidemark: Resume'),
    );
    await workbench.quickInput.runCommand('Tidemark: Resume');
    await item.waitForText('');
    const sent = await readFile(join(folder, 'prompts', String(before + 2)), 'utf8');
    assert.match(sent, /never on Sundays/);
    await eventually('today’s tokens', async () => /observations: 1/.test(await item.tooltip()));
  });
});
