/**
 * npm start [-- --once]: opens VS Code with Tidemark and feeds a recorded Claude Code session through the real
 * hook program, telling what happens. Desktop VS Code where there is one, else the VS Code server in the browser.
 * `--once` drives it by itself in a headless browser, says what showed, and exits 0 only if all of it did.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent } from '../test/support/agent';
import { ensureChromium } from '../test/support/chromium';
import { findDesktopCommand, openDesktop } from '../test/support/desktop';
import { eventually } from '../test/support/eventually';
import { installServerHost, serverHostName } from '../test/support/hostInstall';
import { packageExtension } from '../test/support/packageExtension';
import { extensionId, statusItem } from '../test/support/project';
import { installExtension, ServerHost } from '../test/support/serverHost';
import { withTestRun, type TestRun } from '../test/support/testRun';
import { UiSession } from '../test/support/uiSession';
import { build } from './build';

const recording = 'realistic/1-bughunt-timezone.jsonl';
const nextSession = {
  ...{ session_id: 'next', hook_event_name: 'SessionStart', source: 'startup', cwd: '/home/dev/bookings' },
};
const print = (line: string): void => console.log(line);

/** Plays the recorded session, then starts the next one, as Claude Code would. What the next one is given. */
async function feed(agent: Agent, timeoutMs?: number): Promise<string> {
  await agent.waitUntilConnected(timeoutMs);
  print('A recorded Claude Code session runs through the hooks …');
  await agent.play(recording);
  print('It has ended. Tidemark has captured it; see the Tidemark view.');
  return agent.fire(nextSession);
}

async function once(run: TestRun): Promise<number> {
  const chromium = ensureChromium(print);
  const install = await installServerHost(run, print);
  print(`VS Code host: ${serverHostName}`);
  const vsix = await packageExtension();
  const session = await UiSession.open({ run, install, chromium, vsix, readyStatusItem: statusItem });
  try {
    const { workbench } = session;
    const agent = new Agent(session.globalStorage(extensionId));
    await feed(agent);
    await workbench.openView('Tidemark');
    const rows = await workbench.tree().waitForRows('the session', (all) => all.length > 1);
    await workbench.tree().expand(rows.at(-1)!.label, 2);
    const expanded = await workbench.tree().waitForRows('its prompts', (all) => all.length >= 5);
    const item = workbench.statusItem(statusItem);
    const idle = await eventually(
      'an idle status bar',
      () => item.ariaLabel(),
      (label) => label === 'Tidemark: Idle',
    );
    const context = await eventually(
      'the context',
      () => agent.fire(nextSession),
      (answer) => answer.includes('- S3 '),
    );
    print(`Status bar: ${idle}`);
    print(`Tree:\n${expanded.map((row) => `${'  '.repeat(row.level)}${row.label}`).join('\n')}`);
    print(`The next session is given ${context.length} characters of memory.`);
    print(`A picture of it: ${await workbench.screenshot('start')}`);
    return 0;
  } finally {
    await session.close();
  }
}

async function open(run: TestRun): Promise<number> {
  const home = run.makeFolder('start');
  const folder = join(home, 'project');
  await mkdir(folder);
  const tell = (storage: string) =>
    void feed(new Agent(storage), Infinity).catch((error: unknown) =>
      print(`The session could not be fed: ${String(error)}`),
    );
  const command = findDesktopCommand();
  if (command !== undefined) {
    print('Opening desktop VS Code, with a profile of its own. Close its window to end.');
    return openDesktop(run, command, { home, folder }, tell);
  }
  const install = await installServerHost(run, print);
  const server = {
    serverDataDir: join(home, 'server'),
    extensionsDir: join(home, 'extensions'),
    smokeTest: false,
  };
  await installExtension(run, install, server, await packageExtension());
  const host = await ServerHost.start(run, install, server);
  print(`VS Code host: ${serverHostName}`);
  print(`Open ${host.folderUrl(folder)} in a browser. Ctrl-C ends it.`);
  tell(join(server.serverDataDir, 'data', 'User', 'globalStorage', extensionId));
  return host.whenEnded();
}

void withTestRun(async (run) => {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
  build();
  return values.once ? once(run) : open(run);
});
