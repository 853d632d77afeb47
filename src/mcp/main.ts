import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { readExclusions } from '../capture/exclusions';
import { identifyProject } from '../capture/projectIdentity';
import { makeServer } from './server';
import { withStore } from './store';

declare const TIDEMARK_VERSION: string;

/** `node mcp.js --store DIR`: the memory as a server of the Model Context Protocol, on standard input and output. */
async function main(): Promise<void> {
  const at = process.argv.indexOf('--store');
  const folder = process.argv[at + 1];
  if (at < 0 || folder === undefined) throw new Error('Usage: mcp.js --store DIR');
  const cwd = process.cwd();
  const server = makeServer({
    withStore: (use) => withStore(folder, TIDEMARK_VERSION, use),
    cwd,
    isExcluded: () => readExclusions(folder).coversProject(cwd, () => identifyProject(cwd).root),
    now: Date.now,
    version: TIDEMARK_VERSION,
  });
  await server.connect(new StdioServerTransport());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
