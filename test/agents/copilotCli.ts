import { join } from 'node:path';
import { anthropic } from './model/anthropic';
import { lastWords, type RealAgent, subagentPrompt } from './realAgent';

const version = '1.0.102';

export const copilotCli: RealAgent = {
  id: 'copilot-cli',
  package: {
    ...{ name: '@github/copilot', version },
    program: 'node_modules/@github/copilot/npm-loader.js',
  },
  api: anthropic,

  prepare: async () => {},

  launch: (prompt, { model, mcpServer }) => {
    const server = { type: 'local', command: process.execPath, args: [mcpServer], tools: ['*'] };
    return {
      args: [
        ...['-p', prompt, '--allow-all', '--trust-folder', '--output-format', 'json', '--no-auto-update'],
        ...['--additional-mcp-config', JSON.stringify({ mcpServers: { glossary: server } })],
      ],
      // A provider of the person's own needs no GitHub login, and offline it is all that is called.
      env: {
        COPILOT_OFFLINE: 'true',
        COPILOT_PROVIDER_BASE_URL: model,
        COPILOT_PROVIDER_TYPE: 'anthropic',
        COPILOT_PROVIDER_API_KEY: 'stand-in',
        COPILOT_MODEL: 'claude-sonnet-4',
      },
    };
  },

  script: ({ project }) => {
    const file = join(project, 'tides.txt');
    return {
      main: [
        { tool: 'bash', input: { command: 'echo harbour-gauge-7.4', description: 'Read the gauge' } },
        { tool: 'create', input: { path: file, file_text: 'spring tide: unknown\n' } },
        { tool: 'view', input: { path: file } },
        { tool: 'edit', input: { path: file, old_str: 'unknown', new_str: '7.4 metres' } },
        { tool: 'glossary-lookup', input: { word: 'tidemark' } },
        { tool: 'glossary-lookup', input: { word: 'boom' } },
        { tool: 'bash', input: { command: 'ls /no/such/harbour', description: 'Look for a harbour' } },
        {
          tool: 'task',
          input: {
            ...{ description: 'Measure the depth', name: 'depth', prompt: subagentPrompt },
            ...{ agent_type: 'general-purpose', mode: 'sync' },
          },
        },
        { text: lastWords },
      ],
      subagent: {
        word: 'SOUNDING:',
        replies: [
          { tool: 'bash', input: { command: 'echo depth-11-fathoms', description: 'Measure' } },
          { text: 'The channel is 11 fathoms deep.' },
        ],
      },
    };
  },

  memoryTool: (name) => `tidemark-${name}`,

  uses: [
    { name: 'bash', kind: 'command', says: '"output":"harbour-gauge-7.4' },
    { name: 'create', kind: 'edit', says: 'spring tide: unknown' },
    { name: 'view', kind: 'read', says: 'tides.txt' },
    { name: 'edit', kind: 'edit', says: '7.4 metres' },
    { name: 'MCP tool', kind: 'other', says: 'a mark of high water' },
    { name: 'failing MCP tool', kind: 'other', says: 'burned down', failed: true },
    { name: 'failing command', kind: 'command', says: '/no/such/harbour', failed: true },
    { name: 'sub-agent', kind: 'delegate', says: '11 fathoms deep' },
    { name: "sub-agent's tool", kind: 'command', says: 'depth-11-fathoms', bySubagent: true },
    { name: "sub-agent's report", kind: 'report', says: '11 fathoms deep' },
  ],
  doesNotHold: {
    'last words': 'Copilot CLI does not tell them.',
  },
};
