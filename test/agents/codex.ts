import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openaiResponses } from './model/openaiResponses';
import { lastWords, type RealAgent, subagentPrompt } from './realAgent';

const version = '0.169.0';
const patch = `*** Begin Patch
*** Add File: tides.txt
+spring tide: 7.4 metres
*** End Patch
`;

/** A model with the tools that Codex's own models have, without the one in which a script calls the others. */
const standIn = {
  ...{ slug: 'stand-in', display_name: 'Stand-in', visibility: 'list', priority: 1, supported_in_api: true },
  ...{ shell_type: 'shell_command', apply_patch_tool_type: 'freeform', multi_agent_version: 'v1' },
  ...{ base_instructions: 'You look after a harbour.', model_messages: null, context_window: 272_000 },
  ...{ supports_parallel_tool_calls: false, supports_reasoning_summaries: false, support_verbosity: false },
  ...{ experimental_supported_tools: [], supported_reasoning_levels: [], input_modalities: ['text'] },
  truncation_policy: { mode: 'tokens', limit: 10_000 },
};

export const codex: RealAgent = {
  id: 'codex',
  package: {
    ...{ name: '@openai/codex', version },
    program: 'node_modules/@openai/codex/bin/codex.js',
  },
  api: openaiResponses,

  async prepare({ home, model, mcpServer, project }) {
    const folder = join(home, '.codex');
    await mkdir(folder, { recursive: true });
    const catalog = join(folder, 'catalog.json');
    await writeFile(catalog, JSON.stringify({ models: [standIn] }));
    const lines = [
      'model = "stand-in"',
      `model_catalog_json = ${JSON.stringify(catalog)}`,
      'model_provider = "stand-in"',
      '[model_providers.stand-in]',
      'name = "Stand-in"',
      `base_url = ${JSON.stringify(`${model}/v1`)}`,
      'wire_api = "responses"',
      'env_key = "STAND_IN_KEY"',
      '[mcp_servers.glossary]',
      `command = ${JSON.stringify(process.execPath)}`,
      `args = [${JSON.stringify(mcpServer)}]`,
      `[projects.${JSON.stringify(project)}]`,
      'trust_level = "trusted"',
    ];
    await writeFile(join(folder, 'config.toml'), `${lines.join('\n')}\n`);
  },

  launch: (prompt) => ({
    args: [
      ...['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
      // Without it a person has to trust the hooks first, in the program.
      ...['--dangerously-bypass-hook-trust', prompt],
    ],
    env: { STAND_IN_KEY: 'stand-in' },
  }),

  script: () => ({
    main: [
      { tool: 'exec_command', input: { cmd: 'echo harbour-gauge-7.4' } },
      { tool: 'exec_command', input: { cmd: 'ls /no/such/harbour' } },
      { tool: 'mcp__glossary.lookup', input: { word: 'tidemark' } },
      { tool: 'mcp__glossary.lookup', input: { word: 'boom' } },
      { tool: 'apply_patch', input: { freeForm: patch } },
      { tool: 'multi_agent_v1.spawn_agent', input: { message: subagentPrompt } },
      (answer) => ({
        tool: 'multi_agent_v1.wait_agent',
        input: { targets: [/agent_id\W+([0-9a-f-]{36})/.exec(answer)?.[1] ?? ''] },
      }),
      { text: lastWords },
    ],
    subagent: {
      word: 'SOUNDING:',
      replies: [
        { tool: 'exec_command', input: { cmd: 'echo depth-11-fathoms' } },
        { text: 'The channel is 11 fathoms deep.' },
      ],
    },
  }),

  memoryTool: (name) => `mcp__tidemark.${name}`,

  uses: [
    { name: 'command', kind: 'command', says: '"output":"harbour-gauge-7.4' },
    { name: 'patch', kind: 'edit', says: '7.4 metres' },
    { name: 'MCP tool', kind: 'other', says: 'a mark of high water' },
    { name: 'failing MCP tool', kind: 'other', says: 'burned down', failed: true },
    { name: 'failing command', kind: 'command', says: '/no/such/harbour', failed: true },
    { name: "sub-agent's tool", kind: 'command', says: 'depth-11-fathoms', bySubagent: true },
    { name: "sub-agent's report", kind: 'report', says: '11 fathoms deep' },
  ],
  doesNotHold: {
    'failing MCP tool': 'Codex fires no hook for it.',
    'failing command': 'Codex tells of it as of any other.',
  },
};
