import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'jsonc-parser';
import { Agent } from '../support/agent';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

/** As a person keeps it: a comment, a hook of their own, Windows line ends, no line end at the end. */
const settings = [
  '{',
  '  // mine',
  '  "model": "opus",',
  '  "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }] }',
  '}',
].join('\r\n');

describe('connecting an agent in the workbench', () => {
  let session: UiSession;
  const home = () => join(dirname(session.folder), 'home');
  const file = () => join(home(), '.claude', 'settings.json');
  const serversFile = () => join(home(), '.claude.json');
  const text = () => readFileSync(file(), 'utf8');
  const quickInput = () => session.workbench.quickInput;
  const toasts = () => session.workbench.notifications;

  before(async () => {
    session = await UiSession.open(uiSetup());
    await mkdir(dirname(file()), { recursive: true });
    await writeFile(file(), settings);
    await new Agent(session.globalStorage(extensionId)).waitUntilConnected();
    await session.workbench.statusItem(statusItem).waitForText('');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  async function choose(command: string, agent: string, scope: string): Promise<void> {
    await quickInput().runCommand(command);
    await quickInput().pick(agent);
    await quickInput().pick(scope);
  }
  const isAsked = (question: string) => quickInput().waitForTitle(question);
  const answerWith = async (label: string) => {
    await quickInput().pick(label);
    await quickInput().waitUntilClosed();
  };

  it('offers every agent, for all projects or this one', async () => {
    await quickInput().runCommand('Tidemark: Connect an Agent…');
    const agents = (await quickInput().entries()).map(({ label }) => label);
    assert.deepEqual(agents, ['Claude Code', 'Copilot CLI', 'Codex', 'Gemini CLI', 'VS Code Chat']);
    await quickInput().pick('Claude Code');
    const scopes = (await quickInput().entries()).map(({ label }) => label);
    assert.deepEqual(scopes, ['All projects', 'This project only']);
    await quickInput().cancel();
  });

  it('shows the exact change first, and changes nothing when it is cancelled', async () => {
    await choose('Tidemark: Connect an Agent…', 'Claude Code', 'All projects');
    await isAsked('Connect Claude Code');
    const shown = await eventually(
      'the change',
      () => session.workbench.editorText(),
      (all) => /tidemark-hook/.test(all),
    );
    assert.match(shown, /SessionStart/);
    await session.workbench.screenshot('connect-change');
    assert.equal(text(), settings);
    await answerWith('Cancel');
    assert.equal(text(), settings);
  });

  it('applies what was shown, and a fired hook arrives', async () => {
    await choose('Tidemark: Connect an Agent…', 'Claude Code', 'All projects');
    await quickInput().pick('Apply');
    await isAsked('Let Claude Code ask what is remembered');
    const shown = await eventually(
      'the second change',
      () => session.workbench.editorText(),
      (all) => /tidemark-mcp/.test(all),
    );
    assert.match(shown, /mcpServers/);
    await session.workbench.screenshot('connect-mcp');
    assert.ok(!existsSync(serversFile()));
    await answerWith('Apply');
    await toasts().clickToastButton(/Claude Code is connected/, 'Test the Connection');
    const toast = await toasts().waitForToast(/The connection works: a test event arrived after \d+ ms/);
    assert.ok(toast.message);
    await session.workbench.screenshot('connect-tested');
    const { hooks, model } = parse(text()) as { model: string; hooks: Record<string, { hooks: object[] }[]> };
    assert.equal(model, 'opus');
    assert.equal(hooks['Stop']?.length, 2);
    assert.equal(Object.keys(hooks).length, 9);
    const { mcpServers } = JSON.parse(readFileSync(serversFile(), 'utf8')) as { mcpServers: object };
    const bin = join(session.globalStorage(extensionId), 'bin');
    const server = { type: 'stdio', command: join(bin, 'tidemark-mcp'), args: [] };
    assert.deepEqual(mcpServers, { tidemark: server });
  });

  it('captures what an agent sends by these settings', async () => {
    const { hooks } = parse(text()) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
    const send = (event: string, more: object) => {
      const payload = { session_id: 's1', hook_event_name: event, cwd: session.folder, ...more };
      const command = hooks[event]!.at(-1)!.hooks[0]!.command;
      execFileSync('/bin/sh', ['-c', command], { input: JSON.stringify(payload) });
    };
    send('UserPromptSubmit', { prompt: 'Paint the shed green' });
    send('Stop', { last_assistant_message: 'It is green.' });
    await session.workbench.openView('Tidemark');
    await session.workbench
      .tree()
      .waitForRows(
        'the session alone: the test event is none',
        (all) => all.length === 2 && all[1]?.label === 'Paint the shed green',
      );
  });

  it('says that it is connected already', async () => {
    const before = text();
    await choose('Tidemark: Connect an Agent…', 'Claude Code', 'All projects');
    await toasts().waitForToast(/Claude Code is connected already/);
    assert.equal(text(), before);
  });

  it('gives the files back to the byte when it is disconnected', async () => {
    await choose('Tidemark: Disconnect an Agent…', 'Claude Code', 'All projects');
    await isAsked('Disconnect Claude Code');
    await quickInput().pick('Apply');
    await eventually(
      'the second change',
      () => session.workbench.editorText(),
      (all) => /tidemark-hook/.test(all),
    );
    await answerWith('Apply');
    await toasts().waitForToast(/Claude Code is disconnected/);
    assert.equal(text(), settings);
    assert.ok(!existsSync(serversFile()));
  });

  it('makes and removes a file for one project, and says what Codex wants besides', async () => {
    const hooksFile = join(session.folder, '.codex', 'hooks.json');
    await choose('Tidemark: Connect an Agent…', 'Codex', 'This project only');
    await quickInput().pick('Apply');
    await isAsked('Let Codex ask what is remembered');
    await answerWith('Not Now');
    await toasts().waitForToast(/Codex is connected.*only once you trust them/);
    assert.ok(readFileSync(hooksFile, 'utf8').includes('tidemark-hook'));
    await choose('Tidemark: Disconnect an Agent…', 'Codex', 'This project only');
    await answerWith('Apply');
    await toasts().waitForToast(/Codex is disconnected/);
    assert.ok(!existsSync(dirname(hooksFile)));
  });

  it('says why a read-only file can’t be connected, and leaves it', async () => {
    await chmod(file(), 0o444);
    await choose('Tidemark: Connect an Agent…', 'Claude Code', 'All projects');
    await toasts().waitForToast(/settings\.json can't be written\. Make it writable/);
    assert.equal(text(), settings);
  });

  it('warns of events that could not be kept, once', async () => {
    const storage = session.globalStorage(extensionId);
    await writeFile(join(storage, 'dropped-events'), 'fffx');
    const agent = new Agent(storage);
    await agent.fire({
      session_id: 's2',
      hook_event_name: 'UserPromptSubmit',
      prompt: 'Go',
      cwd: '/nowhere',
    });
    const toast = await toasts().waitForToast(/events of agents were not kept/, 30_000);
    assert.match(toast.message, /^Tidemark: 3 events .* 1 events of agents could not be written/);
    assert.ok(!existsSync(join(storage, 'dropped-events')));
  });
});
