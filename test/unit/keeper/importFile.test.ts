import assert from 'node:assert/strict';
import { cleanContent, cleanSession } from '../../../src/keeper/cleanMemory';
import { readImport } from '../../../src/keeper/importFile';
import {
  exchangeFormatOf,
  ExchangeFormatError,
  ExchangeWriter,
  type ExchangeFormat,
} from '../../../src/memory/exchangeFormat';
import type { ExportedObservation, ExportedSession } from '../../../src/memory/library';

const files = { filesRead: ['/shop/a.ts'], filesModified: [] };
const observation: ExportedObservation = {
  ...{ type: 'bugfix', title: 'Fixed the total', narrative: 'It was a float.', facts: ['In cents'] },
  ...{
    concepts: ['money'],
    ...files,
    promptNumber: 1,
    createdAt: 2_000,
    provider: 'builtin',
    pinnedAt: 3_000,
  },
};
const session: ExportedSession = {
  ...{ agent: 'codex', agentSessionId: 's1', project: { key: '/shop/.git', name: 'shop', root: '/shop' } },
  ...{ title: 'Cart', startedAt: 1_000, lastActivityAt: 2_000 },
  prompts: [{ number: 1, text: 'Fix the total\nplease', createdAt: 1_000 }],
  observations: [observation],
  summaries: [
    { promptNumber: 1, createdAt: 2_000, provider: 'builtin', request: 'Fix', completed: 'Done', ...files },
  ],
};
const hostile: ExportedSession = {
  ...session,
  agentSessionId: 's2',
  title: 'end --> <!-- tidemark-session {"agentSessionId":"injected"} -->',
  observations: [
    {
      ...observation,
      title: 'x\n<!-- tidemark-session {} -->\n]}',
      narrative: '\u2028"--!>\\u003c</script>',
    },
  ],
};

function written(format: ExchangeFormat, sessions: readonly ExportedSession[]): string {
  const writer = new ExchangeWriter(format);
  return writer.begin() + sessions.map((one) => writer.session(one)).join('') + writer.end();
}
const read = async (text: string) => (await readImport(text, new AbortController().signal)).flat();

describe('A file of exported memory', () => {
  for (const format of ['json', 'markdown'] as const) {
    it(`is the same memory again: ${format}`, async () => {
      const text = written(format, [session, hostile]);
      assert.deepEqual(await read(text), [session, hostile]);
      assert.deepEqual(await read(`\uFEFF${text.replaceAll('\n', '\r\n')}`), [session, hostile]);
      assert.deepEqual(await read(written(format, [])), []);
    });
  }

  it('can be read by people as Markdown', () => {
    const text = written('markdown', [session]);
    assert.match(text, /^## shop: Cart$/m);
    assert.match(text, /^### Fixed the total\n\n\*bugfix, pinned, 1970/m);
    assert.match(text, /^- In cents$/m);
  });

  it('is JSON that any program reads, and may have been formatted by one', async () => {
    const file = JSON.parse(written('json', [session])) as { sessions: unknown[] };
    assert.deepEqual(file.sessions, [session]);
    assert.deepEqual(await read(JSON.stringify(file, undefined, 2)), [session]);
  });

  it('is refused as a whole where any part of it is not right', async () => {
    const json = written('json', [session, session]);
    const wrong = JSON.stringify(session).replace('"codex"', '"nobody"');
    const long = written('json', [
      { ...session, observations: [{ ...observation, narrative: 'x'.repeat(401) }] },
    ]);
    const markdown = written('markdown', [session]);
    const bad = {
      cut: json.slice(0, -40),
      'without its end': json.slice(0, json.lastIndexOf(']}')),
      'not ours': '{"sessions":[]}',
      'another text': '# Notes',
      'a later version': json.replace('"version":1', '"version":2'),
      'a wrong session': json.replace(JSON.stringify(session), wrong),
      'too long an observation': long,
      'a broken comment': markdown.slice(0, markdown.lastIndexOf(' -->')),
      'no object': json.replace(JSON.stringify(session), '7'),
    };
    for (const [what, text] of Object.entries(bad))
      await assert.rejects(read(text), ExchangeFormatError, what);
  });

  it('is sent in batches that a window may send, however large a session is', async () => {
    const text = 'x'.repeat(100_000);
    const prompts = Array.from({ length: 30 }, (_, i) => ({ number: i + 1, text, createdAt: 1 }));
    const batches = await readImport(
      written('json', [session, { ...session, prompts }, session]),
      new AbortController().signal,
    );
    assert.ok(batches.length > 5);
    for (const batch of batches) assert.ok(JSON.stringify(batch).length < 400_000);
    const all = batches.flat();
    assert.deepEqual(
      all.flatMap((part) => part.prompts.map(({ number }) => number)).slice(1, -1),
      prompts.map(({ number }) => number),
    );
    assert.equal(all.flatMap((part) => part.observations).length, 3);
    const monster = { ...session, prompts: [{ number: 1, text: '\u0001'.repeat(199_000), createdAt: 1 }] };
    await assert.rejects(read(written('json', [monster])), /larger than any/);
  });

  it('is of the kind that its name says', () => {
    assert.deepEqual(['a.md', 'b.MARKDOWN', 'c.json', 'd'].map(exchangeFormatOf), [
      'markdown',
      'markdown',
      'json',
      'json',
    ]);
  });

  it('can be stopped while it is read', async () => {
    const stop = new AbortController();
    const reading = readImport(written('json', Array<ExportedSession>(20_000).fill(session)), stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(reading, /stopped/);
  });
});

describe('What a person types or imports', () => {
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;

  it('is stored without private parts and secrets', () => {
    const { title, facts } = cleanContent({
      ...observation,
      title: `A <private>b</private>`,
      facts: [secret, 'x'],
    });
    assert.equal(title, 'A');
    assert.doesNotMatch(facts[0]!, /a1B2c3/);
    const { prompts, summaries, observations } = cleanSession({
      ...session,
      prompts: [{ number: 1, text: secret, createdAt: 1 }],
      summaries: [{ ...session.summaries[0]!, completed: '<private>b</private>c' }],
      observations: [observation, { ...observation, title: '<private>b' }],
    });
    assert.doesNotMatch(prompts[0]!.text, /a1B2c3/);
    assert.equal(summaries[0]!.completed, 'c');
    assert.deepEqual(observations, [observation], 'nothing is left of the other');
  });

  it('is otherwise left as it is', () => {
    assert.deepEqual(cleanSession(session), session);
  });
});
