import assert from 'node:assert/strict';
import type { SessionDetail } from '../../../src/keeper/client';
import type { Observation } from '../../../src/memory/observation';
import type { QueuedMessage } from '../../../src/queue/message';
import {
  nodeId,
  rowsOfSession,
  rowsOfSubagent,
  rowsOfTurn,
  type SessionNode,
} from '../../../src/vscode/sessionNodes';
import { toolUse } from '../../support/store';
import { sessionItem } from './sessions';

function observation(id: number, promptNumber: number, subagent?: Observation['subagent']): Observation {
  return {
    ...{ id, sessionId: 1, projectId: 1, promptNumber, createdAt: id, provider: 'builtin' },
    ...{ agent: 'claude-code', type: 'note', title: `O${id}`, facts: [], concepts: [] },
    ...{ filesRead: [], filesModified: [], ...(subagent && { subagent }) },
  };
}

function message(id: number, body: QueuedMessage['body']): QueuedMessage {
  const base = { sessionId: 1, promptNumber: 1, createdAt: 0, attempts: 0, availableAt: 0 };
  return { ...base, id, state: 'pending', body };
}

const explore = { id: 'a', type: 'Explore' };
const detail: SessionDetail = {
  session: sessionItem(1, { promptCount: 2 }),
  prompts: [1, 2].map((number) => ({ number, text: `Prompt ${number}`, isPrivate: false, createdAt: 0 })),
  observations: [
    observation(1, 0),
    observation(2, 1),
    observation(3, 1, { id: 'a' }),
    observation(4, 1, explore),
    observation(5, 1, { id: 'b' }),
    observation(6, 2, explore),
    observation(11, 1, { id: 'a' }),
  ],
  summaries: [{ ...observation(7, 1), request: 'Do it' }],
  usage: [],
  messages: [
    message(8, { kind: 'observation', use: { ...toolUse('t'), subagent: { id: 'b' } } }),
    message(9, { kind: 'observation', report: { text: 'Done', subagent: { id: 'c', type: 'Plan' } } }),
    message(10, { kind: 'observation', use: toolUse('u') }),
    message(12, { kind: 'observation', report: { text: 'Compacted', subagent: { id: 'compaction' } } }),
  ],
};
const ids = (nodes: SessionNode[]) => nodes.map(nodeId);

describe('the rows beneath a session', () => {
  it('are what came before the first prompt, then its prompts', () => {
    assert.deepEqual(ids(rowsOfSession(detail)), ['observation:1', 'prompt:1:1', 'prompt:1:2']);
  });

  it('gather what each sub-agent did in a prompt under a row of its own', () => {
    const turn = rowsOfTurn(detail, 1);
    assert.deepEqual(ids(turn), [
      ...['summary:7', 'observation:2', 'subagent:1:1:a', 'subagent:1:1:b', 'subagent:1:1:c', 'message:10'],
      'message:12',
    ]);
    const subagents = turn.flatMap((node) => (node.kind === 'subagent' ? [node] : []));
    assert.deepEqual(
      subagents.map((node) => [node.subagent.type, ...ids(rowsOfSubagent(node))]),
      [
        ['Explore', 'observation:3', 'observation:4', 'observation:11'],
        [undefined, 'observation:5', 'message:8'],
        ['Plan', 'message:9'],
      ],
    );
  });

  it('have ids that differ from prompt to prompt', () => {
    const all = [...rowsOfTurn(detail, 1), ...rowsOfTurn(detail, 2)];
    assert.equal(new Set(ids(all)).size, all.length);
    assert.deepEqual(ids(rowsOfTurn(detail, 2)), ['subagent:1:2:a']);
  });
});
