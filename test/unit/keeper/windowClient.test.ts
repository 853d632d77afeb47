import assert from 'node:assert/strict';
import { Deferred } from '../../../src/base/async';
import { silentLogger } from '../../../src/base/logger';
import type { Backend, Method } from '../../../src/keeper/protocol';
import { ConnectionLostError } from '../../../src/keeper/remoteClient';
import { WindowClient } from '../../../src/keeper/windowClient';
import { project, toolUse } from '../../support/store';

/** A backend whose answers the test gives. */
class TestBackend implements Backend {
  readonly calls: { method: Method; params: unknown; answer: Deferred<unknown> }[] = [];

  call: Backend['call'] = (method, params) => {
    const answer = new Deferred<unknown>();
    this.calls.push({ method, params, answer });
    return answer.promise as never;
  };
}

const session = { agent: 'extension' as const, agentSessionId: 's', project };
const origin = { at: 1, key: 'k' };

describe('the store as a window sees it', () => {
  let client: WindowClient;
  beforeEach(() => (client = new WindowClient(silentLogger)));
  afterEach(() => client.dispose());

  it('keeps calls until there is somebody to ask, in their order', async () => {
    const first = client.sessions({ limit: 1 });
    const second = client.session(2);
    const backend = new TestBackend();
    client.attach(backend);
    assert.deepEqual(
      backend.calls.map(({ method }) => method),
      ['sessions', 'session'],
    );
    backend.calls[0]!.answer.resolve([]);
    backend.calls[1]!.answer.resolve(undefined);
    assert.deepEqual(await Promise.all([first, second]), [[], undefined]);
  });

  it('sends to the next keeper, under the same key, what the last one did not answer', async () => {
    const [gone, next] = [new TestBackend(), new TestBackend()];
    client.attach(gone);
    const queued = client.queueObservation({ session, work: { use: toolUse('a') }, origin });
    client.detach();
    client.attach(next);
    gone.calls[0]!.answer.reject(new ConnectionLostError());
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(next.calls[0]!.params, gone.calls[0]!.params);
    next.calls[0]!.answer.resolve({ sessionId: 1, duplicate: true });
    assert.deepEqual(await queued, { sessionId: 1, duplicate: true });
  });

  it('does not send a second time what would delete more', async () => {
    const [gone, next] = [new TestBackend(), new TestBackend()];
    client.attach(gone);
    const clearing = client.call('clearAllData', {});
    client.detach();
    client.attach(next);
    gone.calls[0]!.answer.reject(new ConnectionLostError());
    await assert.rejects(clearing, ConnectionLostError);
    assert.deepEqual(next.calls, []);
  });

  it('tells why when nobody can be asked, at once and later, until somebody can', async () => {
    const before = client.sessions({ limit: 1 });
    client.close(new Error('The disk is full.'));
    await assert.rejects(before, /disk is full/);
    await assert.rejects(client.sessions({ limit: 1 }), /disk is full/);
    const backend = new TestBackend();
    client.attach(backend);
    const after = client.sessions({ limit: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    backend.calls[0]!.answer.resolve([]);
    assert.deepEqual(await after, []);
  });

  it('hands on an error of the store itself, and asks no other one', async () => {
    const backend = new TestBackend();
    client.attach(backend);
    const asked = client.summary(1);
    await new Promise((resolve) => setImmediate(resolve));
    backend.calls[0]!.answer.reject(new TypeError('broken'));
    await assert.rejects(asked, TypeError);
  });

  it('takes out what is private and secret before anything is sent', async () => {
    const backend = new TestBackend();
    client.attach(backend);
    const token = ['ghp', 'q7Rt5'.repeat(8)].join('_');
    const text = `It <private>is 4711</private> works with ${token}.`;
    void client.queueObservation({ session, work: { report: { text, subagent: { id: 'x' } } }, origin });
    await new Promise((resolve) => setImmediate(resolve));
    const sent = JSON.stringify(backend.calls[0]!.params);
    assert.match(sent, /works with/);
    assert.doesNotMatch(sent, /4711|q7Rt5/);
  });

  it('refuses what is of another form, and sends nothing', async () => {
    const backend = new TestBackend();
    client.attach(backend);
    await assert.rejects(client.sessions({ limit: 0 }), { code: 'invalid-input' });
    assert.deepEqual(backend.calls, []);
  });
});
