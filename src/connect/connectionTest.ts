import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../base/clock';
import { connectionTestEvent } from '../capture/events';
import { posixCommand } from './hookCommand';

/**
 * How far a test event came:
 * `not-started`: nothing could be run, or it wrote no event. `waiting`: the event is in the spool, and nobody has
 * taken it yet: it is not lost. `arrived`: the keeper has accepted it.
 */
export type ConnectionTestResult = { outcome: 'not-started' | 'waiting' | 'arrived'; ms: number };

const answer = z.object({ tidemarkConnectionTest: z.string().regex(/^[0-9a-f]{32}$/) });

/** The hook program ends by itself before that, ms. */
const LONGEST_HOOK_MS = 10_000;

/**
 * Fires one hook as an agent does, through shell and launcher, with an event that is never remembered, and waits
 * until it is accepted: the keeper deletes an event's file in the spool after that, whichever window it runs in.
 * @param patienceMs how long it waits for that. Never rejects.
 */
export async function testConnection(
  launcher: string,
  platform: NodeJS.Platform,
  clock: Clock,
  patienceMs = 5_000,
): Promise<ConnectionTestResult> {
  const begin = clock.now();
  const done = (outcome: ConnectionTestResult['outcome']) => ({ outcome, ms: clock.now() - begin });
  const parsed = answer.safeParse(parseJson(await fire(launcher, platform)));
  if (!parsed.success) return done('not-started');
  const spool = join(dirname(dirname(launcher)), 'spool');
  return done(
    (await isTaken(spool, parsed.data.tidemarkConnectionTest, clock, patienceMs)) ? 'arrived' : 'waiting',
  );
}

/** What the hook printed; empty where it could not be run. */
function fire(launcher: string, platform: NodeJS.Platform): Promise<string> {
  return new Promise((resolve) => {
    const payload = {
      hook_event_name: connectionTestEvent,
      session_id: randomUUID(),
      cwd: dirname(launcher),
    };
    const options = {
      timeout: LONGEST_HOOK_MS,
      stdio: ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'],
    };
    const child =
      platform === 'win32'
        ? spawn(`"${launcher}"`, { ...options, shell: true })
        : spawn('/bin/sh', ['-c', posixCommand(launcher)], options);
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stdin.on('error', () => undefined);
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(printed));
    child.stdin.end(JSON.stringify(payload));
  });
}

/** Whether the event's file is gone from the spool, now or in time. */
async function isTaken(spool: string, id: string, clock: Clock, patienceMs: number): Promise<boolean> {
  const isThere = async () =>
    (await readdir(spool).catch(() => [])).some((name) => name.endsWith(`-${id}.json`));
  const changes = new AbortController();
  const timer = clock.schedule(patienceMs, () => changes.abort());
  let wake = () => {};
  try {
    const watcher = watch(spool, { persistent: false, signal: changes.signal }, () => wake());
    watcher.on('error', () => wake());
    while (!changes.signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
        changes.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (!(await isThere())) return true;
      await changed;
    }
    return !(await isThere());
  } catch {
    return !(await isThere());
  } finally {
    timer.dispose();
    changes.abort();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
