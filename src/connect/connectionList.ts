import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { errnoOf } from '../base/errors';
import { makeFolder } from '../base/makeFolder';
import { connectableAgents } from './target';

const connection = z.object({
  agent: z.enum(connectableAgents),
  part: z.enum(['hooks', 'mcp']).default('hooks'),
  scope: z.enum(['user', 'project']),
  home: z.string(),
  projectRoot: z.string().optional(),
  /** Variables that named another folder of settings. */
  env: z.record(z.string(), z.string()).default({}),
  file: z.string(),
  /** The file was made by us, and these folders with it, innermost first. */
  madeFile: z.boolean(),
  madeFolders: z.array(z.string()),
  /** What was there and empty before us: it stays when our hooks go. */
  keep: z.array(z.string()),
  /** While the file has this hash, taking out these stretches (offset, length) gives back what it was. */
  exact: z.object({ sha256: z.string(), stretches: z.array(z.tuple([z.number(), z.number()])) }).optional(),
});

/** One file that was connected, and what makes it again what it was. Nothing of the file's content. */
export type Connection = z.infer<typeof connection>;

const list = z.object({ v: z.literal(1), connections: z.array(connection) });

/** `connections.json` in the storage folder: which files Tidemark has put its hooks, or its MCP server, into. */
export class ConnectionList {
  readonly file: string;

  constructor(storeDir: string) {
    this.file = join(storeDir, 'connections.json');
  }

  /** Empty where there is no list, or none that can be read: files are then disconnected by their content. */
  async read(): Promise<Connection[]> {
    try {
      const parsed = list.safeParse(JSON.parse(await fs.readFile(this.file, 'utf8')));
      return parsed.success ? parsed.data.connections : [];
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || error instanceof SyntaxError)
        return [];
      throw error;
    }
  }

  /** Replaced whole; durable when it resolves. */
  async write(connections: Connection[]): Promise<void> {
    makeFolder(dirname(this.file));
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}.tmp`;
    const handle = await fs.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ v: 1, connections }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, this.file);
  }
}

/** How many settings files are connected, as far as is known. */
export async function countConnections(storeDir: string): Promise<number> {
  return (await new ConnectionList(storeDir).read()).length;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
