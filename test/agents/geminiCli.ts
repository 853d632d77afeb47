import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gemini } from './model/gemini';
import { lastWords, type RealAgent, subagentPrompt } from './realAgent';

const version = '0.61.0';

export const geminiCli: RealAgent = {
  id: 'gemini-cli',
  package: {
    ...{ name: '@google/gemini-cli', version },
    program: 'node_modules/@google/gemini-cli/bundle/gemini.js',
  },
  api: gemini,

  async prepare({ home, mcpServer }) {
    const folder = join(home, '.gemini');
    await mkdir(folder, { recursive: true });
    const settings = {
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      mcpServers: { glossary: { command: process.execPath, args: [mcpServer], trust: true } },
    };
    await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
  },

  launch: (prompt, { model }) => ({
    args: ['-p', prompt, '--yolo', '--skip-trust', '-m', 'gemini-2.5-flash', '-o', 'stream-json'],
    env: { GOOGLE_GEMINI_BASE_URL: model, GEMINI_API_KEY: 'stand-in' },
  }),

  script: ({ project }) => {
    const file = join(project, 'tides.txt');
    return {
      main: [
        { tool: 'run_shell_command', input: { command: 'echo harbour-gauge-7.4', description: 'Read it' } },
        { tool: 'write_file', input: { file_path: file, content: 'spring tide: unknown\n' } },
        { tool: 'read_file', input: { file_path: file } },
        {
          tool: 'replace',
          input: {
            ...{ file_path: file, old_string: 'unknown', new_string: '7.4 metres' },
            instruction: 'Note the height',
          },
        },
        { tool: 'mcp_glossary_lookup', input: { word: 'tidemark' } },
        { tool: 'mcp_glossary_lookup', input: { word: 'boom' } },
        { tool: 'run_shell_command', input: { command: 'ls /no/such/harbour', description: 'Look' } },
        { tool: 'invoke_agent', input: { agent_name: 'generalist', prompt: subagentPrompt } },
        { text: lastWords },
      ],
      subagent: {
        word: 'SOUNDING:',
        replies: [
          { tool: 'run_shell_command', input: { command: 'echo depth-11-fathoms', description: 'Measure' } },
          {
            tool: 'complete_task',
            input: { result: { response: 'The channel is 11 fathoms deep.' } },
          },
        ],
      },
    };
  },

  memoryTool: (name) => `mcp_tidemark_${name}`,

  uses: [
    { name: 'shell', kind: 'command', says: 'harbour-gauge-7.4' },
    { name: 'write', kind: 'edit', says: 'spring tide: unknown' },
    { name: 'read', kind: 'read', says: 'tides.txt' },
    { name: 'replace', kind: 'edit', says: '7.4 metres' },
    { name: 'MCP tool', kind: 'other', says: 'a mark of high water' },
    { name: 'failing MCP tool', kind: 'other', says: 'burned down', failed: true },
    { name: 'failing command', kind: 'command', says: '/no/such/harbour', failed: true },
    { name: 'sub-agent', kind: 'delegate', says: '11 fathoms deep' },
    { name: "sub-agent's tool", kind: 'command', says: 'depth-11-fathoms', bySubagent: true },
  ],
  doesNotHold: {
    "sub-agent's tool": 'Gemini CLI does not tell that a tool ran in a sub-agent.',
  },
};
