import type { ToolAction } from './vocabulary';

/** The tools of Tidemark's MCP server and of its chat tools, by the names that the agents give them. */
const ownTool =
  /^(?:(?:plugin_tidemark_)?tidemark: |(?:mcp_+)?tidemark[-_.]+)(?:search|timeline|get_observations|remember|searchMemory|getMemories)$|^tidemark(?:Search|Memories)$/;

/** Whether an agent asked Tidemark itself. What it was told is remembered already, and must not be so once more. */
export function asksTidemark(action: ToolAction): boolean {
  return action.kind === 'other' && ownTool.test(action.tool);
}
