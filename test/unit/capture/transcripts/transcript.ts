import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Members = Record<string, unknown>;

const started = Date.parse('2026-03-01T10:00:00.000Z');

/** Makes the lines of a transcript of Claude Code, in the shapes in which its versions write them. */
export class TranscriptLines {
  readonly lines: string[] = [];
  #count = 0;

  constructor(
    private readonly session = 'session-1',
    private readonly common: Members = {},
  ) {}

  /** A line of any type. Returns its uuid. */
  add(type: string, members: Members = {}): string {
    const uuid = `${this.common['agentId'] ? 'a' : 'm'}-${++this.#count}`;
    const timestamp = new Date(started + this.#count * 1_000).toISOString();
    const common = { sessionId: this.session, cwd: '/home/dev/shop', version: '2.1.119', timestamp };
    this.lines.push(
      JSON.stringify({ type, uuid, isSidechain: false, ...common, ...this.common, ...members }),
    );
    return uuid;
  }

  prompt(text: string, members: Members = {}): string {
    return this.add('user', { message: { role: 'user', content: text }, ...members });
  }

  said(text: string, id: string, members: Members = {}): string {
    const content = [{ type: 'text', text }];
    return this.add('assistant', { message: { id, content, stop_reason: null }, ...members });
  }

  call(id: string, name: string, input: Members, members: Members = {}): string {
    const content = [{ type: 'tool_use', id, name, input }];
    return this.add('assistant', { message: { id: `msg-of-${id}`, content }, ...members });
  }

  result(id: string, content: unknown, members: Members = {}, isError?: boolean): string {
    const block = { type: 'tool_result', tool_use_id: id, content, ...(isError && { is_error: true }) };
    return this.add('user', { message: { role: 'user', content: [block] }, ...members });
  }

  bash(id: string, command: string, stdout: string, members: Members = {}): void {
    this.call(id, 'Bash', { command }, members);
    this.result(id, stdout, { toolUseResult: { stdout, stderr: '', interrupted: false }, ...members });
  }

  raw(line: string): void {
    this.lines.push(line);
  }
}

/** A folder for transcripts, as agents keep them. */
export class TranscriptFolder {
  private constructor(readonly path: string) {}

  static async make(): Promise<TranscriptFolder> {
    return new TranscriptFolder(await mkdtemp(join(tmpdir(), 'tidemark-transcripts-')));
  }

  async write(name: string, { lines }: { lines: string[] }): Promise<string> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}
