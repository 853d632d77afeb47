import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { seedStore } from '../../scripts/seed/seedStore';
import { Agent } from '../support/agent';
import { axeViolations } from '../support/axe';
import { eventually } from '../support/eventually';
import { extensionId } from '../support/project';
import { UiSession } from '../support/uiSession';
import { webviewFrame } from '../support/workbench/webview';
import { uiSetup } from './setup';

const charts = ['Remembered', 'Cost', 'Tokens', 'Time to be remembered', 'Given back to agents'];

async function openInsights(session: UiSession): Promise<Frame> {
  await session.workbench.quickInput.runCommand('Tidemark: Show Insights');
  const frame = await webviewFrame(session.workbench.page, '#charts');
  await frame
    .locator('section.card')
    .nth(charts.length - 1)
    .waitFor();
  return frame;
}

/** What stands big above a chart. */
const figure = (frame: Frame, id: string) =>
  frame.locator(`section[aria-labelledby="${id}-title"] .figure`).innerText();

describe('Insights', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    await seedStore(session.globalStorage(extensionId), {
      ...{ observations: 4_000, sessions: 160, seed: 5, now: Date.now() },
    });
    await session.workbench.open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('draws each chart, and has each as a table', async () => {
    const frame = await openInsights(session);
    assert.deepEqual(await frame.locator('section h2').allInnerTexts(), charts);
    assert.equal(await frame.locator('.plot canvas').count(), charts.length);
    assert.match(await figure(frame, 'remembered'), /^[\d,]+ in 30 days$/);
    assert.match(await figure(frame, 'cost'), /^\$\d+\.\d+ in 30 days$/);
    for (const summary of await frame.locator('summary').all()) await summary.click();
    const table = frame.locator('section').first().locator('table');
    assert.match(await table.locator('caption').innerText(), /^Remembered\. /);
    const columns = await table.locator('thead th[scope=col]').allInnerTexts();
    assert.deepEqual([columns[0], columns.at(-1)], ['Day', 'Total']);
    const days = await table.locator('tbody tr').count();
    assert.ok(days > 5 && days <= 30, String(days));
    const totals = await table.locator('tbody tr td:last-child').allInnerTexts();
    const sum = totals.reduce((all, text) => all + Number(text.replaceAll(',', '')), 0);
    assert.equal(`${sum.toLocaleString('en')} in 30 days`, await figure(frame, 'remembered'));
    assert.equal(await frame.locator('table').count(), charts.length);
  });

  it('has no violation that axe knows, in dark, light and high contrast, tables and all', async () => {
    const { workbench } = session;
    for (const [theme, name] of [
      ['Default Light Modern', 'light'],
      ['Default High Contrast', 'high-contrast'],
      ['Default Dark Modern', 'dark'],
    ] as const) {
      await workbench.setTheme(theme);
      const frame = await webviewFrame(workbench.page, 'section.card table');
      const mark = { light: 'vscode-light', dark: 'vscode-dark', 'high-contrast': 'vscode-high-contrast' }[
        name
      ];
      await frame.locator(`body.${mark}`).waitFor();
      assert.deepEqual(await axeViolations(frame), [], name);
      await workbench.screenshot(`insights-tables-${name}`);
      for (const summary of await frame.locator('summary').all()) await summary.click();
      await frame.locator('h1').scrollIntoViewIfNeeded();
      await workbench.screenshot(`insights-${name}`);
      assert.deepEqual(await axeViolations(frame), [], name);
      for (const summary of await frame.locator('summary').all()) await summary.click();
    }
  });

  it('is used by keyboard alone, and keeps its range and its tables while it is hidden', async () => {
    const { workbench } = session;
    const { page, quickInput } = workbench;
    let frame = await webviewFrame(page, '#charts');
    const open = frame.locator('details[open] summary');
    while ((await open.count()) > 0) await open.first().click();
    await frame.locator('#range-30').focus();
    await page.keyboard.press('ArrowRight');
    await eventually('90 days', async () => (await figure(frame, 'remembered')).endsWith('in 90 days'));
    assert.equal(await frame.locator('#status').innerText(), '90 days are shown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await frame.locator('section').first().locator('table').waitFor();
    await workbench.screenshot('insights-90-days');

    await quickInput.runCommand('File: New Untitled Text File');
    await eventually('the page to be hidden', async () => frame.isDetached());
    await quickInput.runCommand('Tidemark: Show Insights');
    frame = await webviewFrame(page, 'section.card table');
    assert.match(await figure(frame, 'remembered'), /in 90 days$/);
    assert.equal(await frame.locator('details[open]').count(), 1);
  });

  it('follows what agents do', async () => {
    const frame = await webviewFrame(session.workbench.page, 'section.card');
    const before = await figure(frame, 'remembered');
    const agent = new Agent(session.globalStorage(extensionId));
    await agent.waitUntilConnected();
    await agent.play('run1.jsonl');
    await eventually(
      'a higher number',
      async () => (await figure(frame, 'remembered')) !== before,
      Boolean,
      30_000,
    );
  });

  it('is back after the window was reloaded', async () => {
    await session.workbench.reload();
    const frame = await webviewFrame(session.workbench.page, 'section.card');
    assert.match(await figure(frame, 'remembered'), /in 90 days$/);
  });
});

describe('Insights of an empty store', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('say how to begin', async () => {
    const frame = await openInsights(session);
    assert.match(await frame.locator('#notice').innerText(), /Nothing is remembered of these days/);
    assert.equal(await frame.locator('.plot:visible').count(), 0);
    assert.deepEqual(await axeViolations(frame), []);
    await session.workbench.screenshot('insights-empty');
    await frame.locator('#notice a').click();
    await eventually('the choice of an agent', async () =>
      /Connect which agent/.test((await session.workbench.quickInput.texts()).title),
    );
    await session.workbench.quickInput.cancel();
  });
});
