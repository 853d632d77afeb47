import { join } from 'node:path';
import { anthropic } from './model/anthropic';
import { lastWords, type RealAgent, subagentPrompt } from './realAgent';

const version = '2.1.328';

export const claudeCode: RealAgent = {
  id: 'claude-code',
  package: {
    ...{ name: '@anthropic-ai/claude-code', version },
    // An install script would copy it to bin/claude.exe.
    program: `node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude${process.platform === 'win32' ? '.exe' : ''}`,
  },
  api: anthropic,

  prepare: async () => {},

  launch: (prompt, { model, mcpServer }) => ({
    args: [
      ...['-p', prompt, '--dangerously-skip-permissions', '--output-format', 'stream-json', '--verbose'],
      ...[
        '--mcp-config',
        JSON.stringify({ mcpServers: { glossary: { command: process.execPath, args: [mcpServer] } } }),
      ],
    ],
    env: {
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: 'stand-in',
      IS_SANDBOX: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
    },
  }),

  script: ({ project }) => {
    const file = join(project, 'tides.txt');
    return {
      main: [
        { tool: 'Bash', input: { command: 'echo harbour-gauge-7.4', description: 'Read the gauge' } },
        { tool: 'Write', input: { file_path: file, content: 'spring tide: unknown\n' } },
        { tool: 'Read', input: { file_path: file } },
        { tool: 'Edit', input: { file_path: file, old_string: 'unknown', new_string: '7.4 metres' } },
        { tool: 'mcp__glossary__lookup', input: { word: 'tidemark' } },
        { tool: 'mcp__glossary__lookup', input: { word: 'boom' } },
        { tool: 'Bash', input: { command: 'ls /no/such/harbour', description: 'Look for a harbour' } },
        {
          tool: 'Agent',
          input: {
            ...{ description: 'Measure the depth', prompt: subagentPrompt, subagent_type: 'general-purpose' },
            run_in_background: false,
          },
        },
        { text: lastWords },
      ],
      subagent: {
        word: 'SOUNDING:',
        replies: [
          { tool: 'Bash', input: { command: 'echo depth-11-fathoms', description: 'Measure' } },
          { text: 'The channel is 11 fathoms deep.' },
        ],
      },
    };
  },

  memoryTool: (name) => `mcp__tidemark__${name}`,
  plugin: {
    args: ({ plugin }) => ['--plugin-dir', plugin],
    memoryTool: (name) => `mcp__plugin_tidemark_tidemark__${name}`,
  },

  uses: [
    { name: 'Bash', kind: 'command', says: 'harbour-gauge-7.4' },
    { name: 'Write', kind: 'edit', says: 'spring tide: unknown' },
    { name: 'Read', kind: 'read', says: 'tides.txt' },
    { name: 'Edit', kind: 'edit', says: '7.4 metres' },
    { name: 'MCP tool', kind: 'other', says: 'a mark of high water' },
    { name: 'failing MCP tool', kind: 'other', says: 'burned down', failed: true },
    { name: 'failing command', kind: 'command', says: '/no/such/harbour', failed: true },
    { name: 'sub-agent', kind: 'delegate', says: '11 fathoms deep' },
    { name: "sub-agent's tool", kind: 'command', says: 'depth-11-fathoms', bySubagent: true },
    { name: "sub-agent's report", kind: 'report', says: '11 fathoms deep' },
  ],
  doesNotHold: {},
};
