// A tiny MCP server on standard input and output, with one tool: `lookup` answers, but fails for "boom".
import { createInterface } from 'node:readline';

const tool = {
  name: 'lookup',
  description: 'Looks a word up in the glossary.',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  // Claude Code hides tools of MCP servers behind a search without it.
  _meta: { 'anthropic/alwaysLoad': true },
};

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'glossary', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': ({ arguments: { word } }) =>
    word === 'boom'
      ? { isError: true, content: [{ type: 'text', text: 'The glossary has burned down.' }] }
      : { content: [{ type: 'text', text: `${word}: a mark of high water` }] },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = answers[method];
  const outcome = answer
    ? { result: answer(params ?? {}) }
    : { error: { code: -32601, message: `There is no method ${method}.` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...outcome })}\n`);
});
