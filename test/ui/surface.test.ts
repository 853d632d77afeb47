import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillSpool } from '../crash/spoolFiller';
import { Agent } from '../support/agent';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const prompt = 'Good find. Does the same mistake hide anywhere else? The ar…';

describe('Tidemark in the workbench', () => {
  let session: UiSession;
  let agent: Agent;
  const item = () => session.workbench.statusItem(statusItem);
  const storage = () => session.globalStorage(extensionId);
  const tree = () => session.workbench.tree();

  before(async () => {
    session = await UiSession.open(uiSetup());
    agent = new Agent(storage());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('says in the empty view how to begin', async () => {
    const { workbench } = session;
    await workbench.openView('Tidemark');
    const welcome = await eventually(
      'the welcome text',
      () => tree().welcomeText(),
      (text) => /Nothing is remembered yet/.test(text),
    );
    assert.match(welcome, /Connect Claude Code/);
    await item().waitForText('');
    assert.deepEqual(await item().icons(), ['bookmark']);
    assert.equal(await item().ariaLabel(), 'Tidemark: Idle');
    await workbench.screenshot('empty-dark');
  });

  it('captures a session through the real hooks and shows it under its prompts', async () => {
    await agent.waitUntilConnected();
    await agent.play('realistic/1-bughunt-timezone.jsonl');
    const rows = await tree().waitForRows(
      'one session under its first prompt',
      (all) => all.length === 2 && /^`npm test` has been red on my machine/.test(all[1]!.label),
    );
    await tree().expand(rows[1]!.label, 2);
    await tree().waitForRows('three prompts', (all) => all.length === 5);
    await tree().expand(prompt);
    await tree().waitForRows('what came of a prompt, its summary first', (all) => {
      const labels = all.filter(({ level }) => level === 4).map(({ label }) => label);
      return labels[0] === 'Summary' && labels.includes('Read src/store.mjs, src/report.mjs');
    });
    await item().waitForText('');
    await session.workbench.screenshot('idle-dark');
  });

  it('gives the next session its memory', async () => {
    const answer = await agent.fire({
      ...{
        session_id: 'next',
        hook_event_name: 'SessionStart',
        source: 'startup',
        cwd: '/home/dev/bookings',
      },
    });
    const { hookSpecificOutput } = JSON.parse(answer) as {
      hookSpecificOutput: { hookEventName: string; additionalContext: string };
    };
    assert.equal(hookSpecificOutput.hookEventName, 'SessionStart');
    assert.match(hookSpecificOutput.additionalContext, /- S3 Agreed, go with 2: store UTC/);
    await tree().waitForRows('the next session', (rows) =>
      rows.some(({ level, label }) => level === 2 && label === 'Session without a prompt yet'),
    );
  });

  it('opens an observation and a summary as read-only documents', async () => {
    const { workbench } = session;
    await tree().click('Read src/store.mjs, src/report.mjs');
    await eventually(
      'the observation',
      () => workbench.editorText(),
      (text) => /# Read src\/store\.mjs/.test(text),
    );
    await tree().click('Summary');
    await eventually(
      'the summary',
      () => workbench.editorText(),
      (text) => /# Summary of prompt 2/.test(text),
    );
    await workbench.screenshot('summary-dark');
    await workbench.page.keyboard.type('x');
    assert.doesNotMatch(await workbench.editorText(), /^x/);
  });

  it('stands still while it is paused, tells how much waits, and goes on', async () => {
    const { workbench } = session;
    await workbench.quickInput.runCommand('Tidemark: Pause');
    await item().waitForText('Tidemark');
    assert.deepEqual(await item().icons(), ['debug-pause']);
    await fillSpool(storage(), 1);
    await item().waitForText('45');
    assert.equal(await item().ariaLabel(), 'Tidemark: Paused, 45 waiting');
    assert.match(await item().tooltip(), /45 waiting, 0 in work, 0 failed/);
    const label = 'Please change part 0 of session 0.';
    await tree().expand(label, 2);
    const rows = await tree().waitForRows(
      'prompts of the new session',
      (all) => all.filter((r) => r.level === 3).length >= 5,
    );
    assert.equal(rows.find(({ level }) => level === 2)?.label, label, 'the session with work comes first');
    await workbench.screenshot('paused-dark');
    await workbench.quickInput.runCommand('Tidemark: Resume');
    await item().waitForText('');
    assert.deepEqual(await item().icons(), ['bookmark']);
  });

  it('spins with the depth of the queue while it works', async () => {
    const hasSpun = await item().watchSpinning();
    const { quickInput } = session.workbench;
    // Work that comes in no faster than it is done leaves the item calm: here much of it waits.
    await quickInput.runCommand('Tidemark: Pause');
    await fillSpool(storage(), 12, 1);
    await item().waitForText('540', 60_000);
    await quickInput.runCommand('Tidemark: Resume');
    await eventually('the spinner', hasSpun, Boolean, 30_000);
    assert.match((await item().text()) ?? '', /^\d*$/);
    await session.workbench.screenshot('working-dark');
    await eventually(
      'an empty spool',
      async () => readdirSync(join(storage(), 'spool')).length === 0,
      Boolean,
      60_000,
    );
    await eventually(
      'an idle item',
      () => item().icons(),
      (icons) => icons[0] === 'bookmark',
      60_000,
    );
  });

  it('offers in the palette what can be done now', async () => {
    const titles = await session.workbench.quickInput.commandTitles('Tidemark:');
    assert.deepEqual(titles, [
      'Tidemark: Choose Language Model…',
      'Tidemark: Clear All Data',
      'Tidemark: Connect an Agent…',
      'Tidemark: Disconnect an Agent…',
      'Tidemark: Dismiss All Set Aside',
      'Tidemark: Export Memory…',
      'Tidemark: Filter Sessions…',
      'Tidemark: Focus on Memory View',
      'Tidemark: Focus on Queue View',
      'Tidemark: Focus on Sessions View',
      // The summary that is open can be forgotten.
      'Tidemark: Forget',
      'Tidemark: Group Memory by…',
      'Tidemark: Group Sessions by…',
      'Tidemark: Import Memory…',
      'Tidemark: Import Past Sessions',
      'Tidemark: Pause',
      'Tidemark: Remove Anthropic API Key',
      'Tidemark: Restore Forgotten Memory…',
      'Tidemark: Search Memory',
      'Tidemark: Set Anthropic API Key…',
      'Tidemark: Show Archived Sessions',
      'Tidemark: Show Insights',
      'Tidemark: Show Log',
      'Tidemark: Show Queue',
      'Tidemark: Show Sessions',
      'Tidemark: Show What Would Be Sent',
      'Tidemark: Test the Connection',
    ]);
  });

  it('looks the same in light and in high contrast', async () => {
    for (const [theme, name] of [
      ['Default Light Modern', 'idle-light'],
      ['Default High Contrast', 'idle-high-contrast'],
      ['Default Dark Modern', 'idle-dark-again'],
    ] as const) {
      await session.workbench.setTheme(theme);
      assert.ok(existsSync(await session.workbench.screenshot(name)));
    }
  });

  it('deletes everything, but only when that is confirmed', async () => {
    const { quickInput, notifications } = session.workbench;
    await quickInput.runCommand('Tidemark: Clear All Data');
    assert.equal((await notifications.dialog()).message, 'Delete everything that Tidemark has stored?');
    await notifications.clickDialogButton('Cancel');
    await tree().waitForRows('the sessions, as before', (rows) => rows.length > 1);

    await quickInput.runCommand('Tidemark: Clear All Data');
    await notifications.clickDialogButton('Delete Everything');
    await notifications.waitForToast(/deleted everything/);
    await eventually(
      'the welcome text',
      () => tree().welcomeText(),
      (text) => /Nothing is remembered/.test(text),
    );
    const bytes = await readFile(join(storage(), 'tidemark.db'));
    assert.ok(!bytes.includes('zoneOffsetMinutes'));
    assert.ok(
      !existsSync(join(storage(), 'context')) || readdirSync(join(storage(), 'context')).length === 0,
    );
  });
});
