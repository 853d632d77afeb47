import { copilotHooks } from './copilotCli';
import type { AgentSettings } from './agentSettings';

/**
 * The agents of VS Code's chat. They run what stands in Copilot CLI's folders of hooks, so that the two share one
 * file: it goes when neither is connected any more. VS Code is offered the MCP server by the extension itself.
 */
export const vscodeAgent: AgentSettings = { ...copilotHooks, id: 'vscode', name: 'VS Code Chat' };
