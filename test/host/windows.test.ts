import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { ApiSearchResult, ApiSessionDetail, TidemarkApi } from '../../src/api';
import { apiCommands, commands } from '../../src/vscode/ids';
import { eventually } from '../support/eventually';
import { secondWindowRequest, secondWindowVariable } from './report';
import { processIdCommand, type Answer, type Call } from './secondWindow';

const session = { id: 'two-windows', project: { root: '/home/dev/harbour' } };

/** Runs a command in the other window's extension host. */
async function inSecond<T>(command: string, ...args: unknown[]): Promise<T> {
  const socket = connect(process.env[secondWindowVariable]!);
  try {
    await once(socket, 'connect');
    const call: Call = { command, args };
    socket.write(`${JSON.stringify(call)}\n`);
    const [line] = (await once(createInterface(socket), 'line')) as [string];
    const answer = JSON.parse(line) as Answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer.result as T;
  } finally {
    socket.destroy();
  }
}

const keeper = async (): Promise<number> => {
  const text = await readFile(join(process.env['TIDEMARK_TEST_STORAGE']!, 'owner.json'), 'utf8');
  return (JSON.parse(text) as { pid: number }).pid;
};

describe('two windows on one server', function () {
  this.timeout(120_000);
  let api: TidemarkApi;
  let other: number;

  before(async function () {
    // The desktop host opens one window only.
    if (process.env[secondWindowVariable] === undefined) this.skip();
    api = await vscode.extensions.getExtension<TidemarkApi>('tidemark.tidemark')!.activate();
    console.log(secondWindowRequest);
    other = await eventually('the second window', () => inSecond<number>(processIdCommand), Boolean, 60_000);
    assert.notEqual(other, process.pid);
  });

  const inThisOne = (text: string) => api.queueObservation({ session, key: text, text });
  const inTheOther = (text: string) =>
    inSecond<{ sessionId: number }>(apiCommands.queueObservation, { session, key: text, text });

  /** What both windows show of the session and find, once it is the same and `count` notes. */
  const agree = (id: number, count: number) =>
    eventually(
      `both to show the same ${count} observations`,
      async () => ({
        sessions: [
          await api.getSession(id),
          await inSecond<ApiSessionDetail>(apiCommands.getSession, id),
        ] as const,
        found: [
          await api.search('jetty'),
          await inSecond<ApiSearchResult[]>(apiCommands.search, 'jetty'),
        ] as const,
      }),
      ({ sessions: [mine, theirs], found: [here, there] }) =>
        mine?.observations.length === count &&
        here.length >= count &&
        isDeepStrictEqual(JSON.parse(JSON.stringify(mine)), theirs) &&
        isDeepStrictEqual(JSON.parse(JSON.stringify(here)), there),
      30_000,
    );

  it('show the same, whichever was told and whichever keeps the store', async () => {
    assert.equal(await keeper(), process.pid);
    const { sessionId } = await inThisOne('The jetty is of oak.');
    assert.equal((await inTheOther('The jetty was painted green.')).sessionId, sessionId);
    await agree(sessionId, 2);

    await inSecond(commands.takeOver);
    assert.equal(await keeper(), other);
    await inThisOne('The jetty has nine posts.');
    await inTheOther('The jetty leads north.');
    await agree(sessionId, 4);
  });

  it('go on when the extension host that keeps the store is killed', async () => {
    assert.equal(await keeper(), other);
    const telling = Promise.all(['post', 'plank'].map((part) => inThisOne(`The jetty lost a ${part}.`)));
    process.kill(other, 'SIGKILL');
    const [{ sessionId }] = (await telling) as [{ sessionId: number }, unknown];
    const next = await eventually('another keeper', keeper, (pid) => pid !== other, 30_000);
    const known = await eventually(
      'all six to be remembered, each once',
      () => api.getSession(sessionId),
      (detail) => detail?.observations.length === 6,
      30_000,
    );
    const texts = known!.observations.map(({ title, narrative, facts }) =>
      JSON.stringify([title, narrative, facts]),
    );
    assert.equal(new Set(texts).size, 6, texts.join('\n'));
    assert.notEqual(next, other);
    assert.ok((await api.search('jetty')).length >= 6);
  });
});
