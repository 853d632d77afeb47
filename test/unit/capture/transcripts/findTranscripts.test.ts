import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { estimateImport, findTranscripts } from '../../../../src/capture/transcripts/findTranscripts';
import { TranscriptFolder, TranscriptLines } from './transcript';

describe('findTranscripts', () => {
  let folder: TranscriptFolder;
  const folders = () => ({ claudeCode: join(folder.path, 'projects'), codex: join(folder.path, 'sessions') });

  beforeEach(async () => {
    folder = await TranscriptFolder.make();
  });
  afterEach(() => folder.remove());

  async function write(name: string, prompt: string, at: number): Promise<string> {
    const lines = new TranscriptLines();
    lines.prompt(prompt);
    lines.bash('t1', 'ls', 'x');
    const file = await folder.write(name, lines);
    await utimes(file, at, at);
    return file;
  }

  it('tells sessions of both agents, newest first, and sub-agents’ files as none of their own', async () => {
    const older = await write('projects/-code/s1.jsonl', 'Older', 1_000);
    const newer = await write('projects/-code/s2.jsonl', 'Newer', 3_000);
    await write('projects/-code/s1/subagents/agent-a.jsonl', 'x', 4_000);
    await write('projects/-code/agent-b.jsonl', 'x', 4_000);
    await folder.write('projects/-code/empty.txt', { lines: ['x'] });
    const rollout = await folder.write('sessions/2026/03/01/rollout-1.jsonl', {
      lines: [
        JSON.stringify({ type: 'session_meta', payload: { id: 'c1', cwd: '/home/dev/a "b"' } }),
        JSON.stringify({ type: 'event_msg', payload: { type: 'user_message', message: 'Do\nit' } }),
      ],
    });
    await utimes(rollout, 2_000, 2_000);
    const found = await findTranscripts(folders());
    assert.deepEqual(
      found.map(({ file, agent, folder: works, title }) => [file, agent, works, title]),
      [
        [newer, 'claude-code', '/home/dev/shop', 'Newer'],
        [rollout, 'codex', '/home/dev/a "b"', 'Do\nit'],
        [older, 'claude-code', '/home/dev/shop', 'Older'],
      ],
    );
    assert.ok(found.every(({ size }) => size > 100));
  });

  it('finds nothing where no agent was', async () => {
    assert.deepEqual(await findTranscripts(folders()), []);
  });

  it('estimates by turns and tool uses, and stops when it is cancelled', async () => {
    const files = [
      await write('projects/-code/s1.jsonl', 'One', 1),
      await write('projects/-code/s2.jsonl', 'Two', 2),
    ];
    const done: number[] = [];
    assert.deepEqual(await estimateImport(files, undefined, (count) => done.push(count)), {
      ...{ sessions: 2, turns: 2, toolUses: 2 },
    });
    assert.deepEqual(done, [1, 2]);
    await assert.rejects(estimateImport(files, AbortSignal.abort()), { name: 'AbortError' });
  });
});
