import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MessageBody } from '../../../src/queue/message';
import { BODY_LIMIT, boundBody } from '../../../src/queue/messageBounds';

const command = (output: string): MessageBody => ({
  kind: 'observation',
  use: { tool: 'Bash', toolUseId: 't1', action: { kind: 'command', command: 'make', output } },
});

describe('a message that is too long for the queue', () => {
  it('keeps the head and the tail of a long text, and says how much is missing', () => {
    const bounded = boundBody(command(`begin${'x'.repeat(1_000_000)}end`));
    const { output } = (bounded as { use: { action: { output: string } } }).use.action;
    assert.match(output, /^beginx{5995}… \[990008 characters cut\] …x{3997}end$/);
  });

  it('is not touched when it is within the limit', () => {
    const body = command('x'.repeat(1_000));
    assert.equal(boundBody(body), body);
  });

  it('keeps id and error of a tool use that is cut beyond its texts', () => {
    const body: MessageBody = {
      kind: 'observation',
      use: {
        ...{ tool: 'Edit', toolUseId: 't1', error: 'It failed.' },
        action: {
          kind: 'edit',
          path: 'a',
          created: false,
          added: Array<string>(100_000).fill('line'),
          removed: [],
        },
      },
    };
    const bounded = boundBody(body) as { use: { toolUseId: string; error: string } };
    assert.deepEqual([bounded.use.toolUseId, bounded.use.error], ['t1', 'It failed.']);
  });

  it('fits afterwards, whatever it was', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 }).map((unit) => unit.repeat(6_000));
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 8 }), (a, b, list) => {
        const bodies: MessageBody[] = [
          command(a),
          { kind: 'summary', lastUserMessage: a, lastAssistantMessage: b },
          { kind: 'observation', report: { text: a, subagent: { id: b } } },
          {
            kind: 'observation',
            use: { tool: a, action: { kind: 'edit', path: b, created: true, added: list, removed: list } },
          },
        ];
        for (const body of bodies) {
          const bounded = boundBody(body);
          assert.ok(JSON.stringify(bounded).length <= BODY_LIMIT);
          assert.equal(bounded.kind, body.kind);
        }
      }),
      { numRuns: 30 },
    );
  });
});
