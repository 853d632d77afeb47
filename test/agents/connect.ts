import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentId } from '../../src/capture/vocabulary';
import { claudeCodeSettings } from '../../src/vscode/claudeCodeSettings';

/** Where each agent looks for the hooks of its user. */
const hookFiles: Partial<Record<AgentId, string>> = {
  'claude-code': '.claude/settings.json',
  'copilot-cli': '.copilot/hooks/tidemark.json',
  codex: '.codex/hooks.json',
  'gemini-cli': '.gemini/settings.json',
};

const geminiEvents = ['SessionStart', 'BeforeAgent', 'AfterTool', 'AfterAgent', 'SessionEnd'];

/** Connects an agent for the user whose home is `home`: the one place that knows how Tidemark does it. */
export async function connect(agent: AgentId, home: string, launcher: string): Promise<void> {
  const file = join(home, hookFiles[agent]!);
  await mkdir(dirname(file), { recursive: true });
  const present = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as object;
  await writeFile(file, JSON.stringify({ ...present, ...settingsOf(agent, launcher) }));
}

function settingsOf(agent: AgentId, launcher: string): object {
  if (agent === 'gemini-cli') {
    const hook = { type: 'command', command: `'${launcher}'`, timeout: 10_000 };
    return { hooks: Object.fromEntries(geminiEvents.map((event) => [event, [{ hooks: [hook] }]])) };
  }
  const settings = JSON.parse(claudeCodeSettings(launcher, process.platform)) as object;
  return agent === 'copilot-cli' ? { version: 1, ...settings } : settings;
}
