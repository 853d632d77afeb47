import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ApiObservation, ApiSearchResult, TidemarkApi } from '../../src/api';
import { apiCommands } from '../../src/vscode/ids';

const session = { id: 'host-test', project: { root: '/home/dev/host-test' } };

async function tidemark(): Promise<TidemarkApi> {
  const extension = vscode.extensions.getExtension<TidemarkApi>('tidemark.tidemark');
  assert.ok(extension);
  return extension.activate();
}

describe('the API for other extensions', () => {
  it('says its version', async () => {
    assert.equal((await tidemark()).version, 1);
  });

  it('serves an extension that was made for it', async function () {
    const id = 'tidemark-tests.tidemark-example';
    // The desktop host installs no helper extensions.
    if (!vscode.extensions.getExtension(id)) this.skip();
    const { sessionId, sameSession, changed, found } = await vscode.commands.executeCommand<{
      sessionId: number;
      sameSession: boolean;
      changed: number[];
      found: ApiSearchResult[];
    }>('tidemarkExample.remember', 'marmalade');
    assert.equal(sameSession, true);
    assert.ok(changed.includes(sessionId));
    assert.ok(found.every((result) => /marmalade/.test(`${result.title} ${result.text}`)));
    const detail = await (await tidemark()).getSession(sessionId);
    assert.deepEqual(detail?.project, {
      ...{ key: '/home/dev/example', name: 'example', root: '/home/dev/example' },
    });
    assert.equal(detail?.agentSessionId, 'example-marmalade');
    assert.ok(detail.observations.length > 0);
  });

  it('accepts once what comes under one key', async () => {
    const api = await tidemark();
    const message = { session, key: 'once', text: 'The port is 8080.' };
    const [first, second] = [await api.queueObservation(message), await api.queueObservation(message)];
    assert.deepEqual([first.duplicate, second.duplicate], [false, true]);
    assert.equal(first.sessionId, second.sessionId);
  });

  it('stores nothing private and no secret', async () => {
    const api = await tidemark();
    const secret = ['ghp', 'q7Rt5'.repeat(8)].join('_');
    await api.queueSummary({
      session,
      lastUserMessage: `Deploy heliotrope <private>with the vault code 4711</private> and ${secret}.`,
      lastAssistantMessage: 'Heliotrope is deployed.',
    });
    const found = await new Promise<ApiSearchResult[]>((resolve, reject) => {
      const look = () =>
        api.search('heliotrope').then((results) => {
          if (results.length === 0) return;
          subscription.dispose();
          resolve(results);
        }, reject);
      const subscription = api.onDidChange(() => void look());
      void look();
    });
    assert.doesNotMatch(JSON.stringify(found), /4711|q7Rt5/);
    assert.deepEqual(await api.search('4711'), []);
    assert.deepEqual(await api.search('q7Rt5'), []);
  });

  for (const [what, input, message] of [
    ['nothing', undefined, /expected object/],
    ['no session', { text: 'a' }, /session/],
    ['an empty id', { session: { ...session, id: '' }, text: 'a' }, /session\.id/],
    ['an unknown agent', { session: { ...session, agent: 'nobody' }, text: 'a' }, /session\.agent/],
    ['a text that is none', { session, text: 7 }, /text/],
    ['an unknown action', { session, tool: 'X', action: { kind: 'dance' } }, /action/],
  ] as [string, unknown, RegExp][]) {
    it(`refuses ${what} with an error that says so`, async () => {
      const api = await tidemark();
      await assert.rejects(api.queueObservation(input as ApiObservation), (error: Error) => {
        assert.equal((error as Error & { code?: string }).code, 'invalid-input');
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('is there as commands, too', async () => {
    const { sessionId } = await vscode.commands.executeCommand<{ sessionId: number }>(
      apiCommands.queueObservation,
      { session, text: 'Commands work, too.' },
    );
    const detail = await vscode.commands.executeCommand<{ id: number }>(apiCommands.getSession, sessionId);
    assert.equal(detail.id, sessionId);
    assert.ok(Array.isArray(await vscode.commands.executeCommand(apiCommands.search, 'anything')));
    await assert.rejects(Promise.resolve(vscode.commands.executeCommand(apiCommands.getSession, 'x')));
  });
});
