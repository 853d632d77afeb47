import type { ConnectableAgent } from '../target';
import type { AgentSettings } from './agentSettings';
import { claudeCode } from './claudeCode';
import { codex } from './codex';
import { copilotCli } from './copilotCli';
import { geminiCli } from './geminiCli';
import { vscodeAgent } from './vscodeAgent';

export const agentSettings: Readonly<Record<ConnectableAgent, AgentSettings>> = {
  'claude-code': claudeCode,
  'copilot-cli': copilotCli,
  codex,
  'gemini-cli': geminiCli,
  vscode: vscodeAgent,
};
