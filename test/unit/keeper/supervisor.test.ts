import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFiles } from '../../../scripts/build';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import { Supervisor, type StoreState } from '../../../src/keeper/supervisor';
import { fillSpool } from '../../crash/spoolFiller';
import { ManualClock } from '../../support/manualClock';
import { makeFolder, openStore, project, removeFolders } from '../../support/store';

const supervisors: Supervisor[] = [];

function supervise(folder: string, clock = systemClock): Supervisor {
  const supervisor = new Supervisor({
    ...{ folder, engineFiles, provider: createBuiltinProvider(), clock, log: silentLogger, lingerMs: 0 },
    version: '1.2.3',
  });
  supervisors.push(supervisor);
  supervisor.start();
  return supervisor;
}

function reaches<K extends StoreState['kind']>(
  supervisor: Supervisor,
  kind: K,
): Promise<StoreState & { kind: K }> {
  return new Promise((resolve) => {
    const check = (state: StoreState) => {
      if (state.kind !== kind) return;
      subscription.dispose();
      resolve(state as StoreState & { kind: K });
    };
    const subscription = supervisor.onDidChangeState(check);
    check(supervisor.state);
  });
}

describe('the supervisor', () => {
  afterEach(async () => {
    for (const supervisor of supervisors.splice(0)) await supervisor.stop();
  });
  after(removeFolders);

  describe('with a file that can’t be used, says so, overwrites nothing, and leaves the spool', () => {
    async function refused(folder: string): Promise<Error> {
      const file = join(folder, 'tidemark.db');
      const before = await readFile(file);
      await fillSpool(folder, 1);
      const supervisor = supervise(folder, new ManualClock());
      const { error } = await reaches(supervisor, 'failed');
      assert.deepEqual(await readFile(file), before);
      assert.equal((await readdir(join(folder, 'spool'))).length, 50);
      return error;
    }

    async function storeWithMemory(): Promise<string> {
      const folder = await makeFolder();
      const { engine, sessions } = await openStore(folder);
      for (let i = 0; i < 200; i++) {
        const { id } = await sessions.ensureSession('claude-code', `session ${i}`, project, i);
        await sessions.addPrompt(id, { text: `Prompt ${i} ${'x'.repeat(500)}`, at: i, dedupeKeys: [] });
      }
      await engine.close();
      return folder;
    }

    it('foreign', async () => {
      const folder = await makeFolder();
      await writeFile(join(folder, 'tidemark.db'), 'Not a database at all. '.repeat(1_000));
      assert.match((await refused(folder)).message, /store/i);
    });

    it('truncated', async () => {
      const folder = await storeWithMemory();
      await truncate(join(folder, 'tidemark.db'), 3_000);
      assert.match((await refused(folder)).message, /store/i);
    });

    it('damaged; and sets it aside with what can be read of it, when a person wants that', async () => {
      const folder = await storeWithMemory();
      const file = join(folder, 'tidemark.db');
      const bytes = await readFile(file);
      // The end of the file is noise; schema and first rows are not.
      for (let at = Math.floor(bytes.length * 0.75); at < bytes.length; at++) bytes[at] = (at * 31) & 0xff;
      await writeFile(file, bytes);
      const supervisor = supervise(folder, new ManualClock());
      const state = await new Promise<StoreState>((resolve) => {
        const end = (s: StoreState) => (s.kind === 'failed' || s.kind === 'keeping') && resolve(s);
        supervisor.onDidChangeState(end);
        end(supervisor.state);
      });
      if (state.kind === 'keeping') await state.client.sessions({ limit: 1_000 }).catch(() => undefined);
      await reaches(supervisor, 'failed');
      const { rows, folder: aside } = await supervisor.replaceDamaged();
      assert.ok(rows > 20, `${rows} rows saved`);
      assert.equal((await readFile(join(aside, 'memory.jsonl'), 'utf8')).trim().split('\n').length, rows);
      const { client } = await reaches(supervisor, 'keeping');
      assert.deepEqual(await client.sessions({ limit: 10 }), []);
    });

    it('not a file', async () => {
      const folder = await makeFolder();
      await mkdir(join(folder, 'tidemark.db'));
      const supervisor = supervise(folder, new ManualClock());
      assert.match((await reaches(supervisor, 'failed')).error.message, /could not be opened/);
      await rm(join(folder, 'tidemark.db'), { recursive: true });
      supervisor.retry();
      await reaches(supervisor, 'keeping');
    });

    it('unreadable', async function () {
      // Root reads everything.
      if (process.getuid?.() === 0 || process.platform === 'win32') return this.skip();
      const folder = await storeWithMemory();
      await chmod(join(folder, 'tidemark.db'), 0);
      const supervisor = supervise(folder, new ManualClock());
      assert.match((await reaches(supervisor, 'failed')).error.message, /could not be opened/);
    });
  });
});
