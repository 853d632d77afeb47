import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sessionIdOf } from '../../src/capture/agentPayload';
import type { CaptureOutcome } from '../../src/capture/capture';
import type { EventCounts } from '../../src/capture/eventCounts';
import { contextFileName } from '../../src/capture/projectIdentity';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { createBuiltinProvider } from '../../src/distill/providers/builtin/builtinProvider';
import { Keeper } from '../../src/keeper/keeper';
import { acquireOwnership } from '../../src/keeper/ownership';
import { storageLayout } from '../../src/keeper/storageFolder';
import type { ToolOutcome } from '../../src/memory/memoryStore';
import type { Observation, Summary } from '../../src/memory/observation';
import type { QueueCounts } from '../../src/queue/message';
import type { SetAside } from '../../src/capture/setAsideStore';
import type { StoredPrompt } from '../../src/session/sessionStore';
import type { JsonObject } from '../../src/capture/spoolRecord';
import { engineFiles, hookFile } from '../build';
import { EventCounter } from './eventCounter';
import { environmentOf, readRecording } from './recording';

export interface ReplayedSession {
  agent: string;
  agentSessionId: string;
  project: string;
  prompts: StoredPrompt[];
  observations: Observation[];
  summaries: Summary[];
}

export interface ReplayResult {
  sessions: ReplayedSession[];
  queue: QueueCounts;
  accounting: (ToolOutcome & { agentSessionId: string })[];
  setAside: Omit<SetAside, 'count' | 'lastAt'>[];
  /** What became of each line: the sum is `total`, unless an event was lost. */
  events: EventCounts;
  /** What the next session in the last recording's project is given; empty where nothing is remembered. */
  context: string;
}

/** Replays the recordings in order into the store at `folder`. @throws when a file is no recording. */
export async function replay(files: string[], folder: string): Promise<ReplayResult> {
  const events = (await Promise.all(files.map(readRecording))).flat();
  const store = resolve(folder);
  const counter = new EventCounter();
  return withKeeper(
    store,
    async (keeper) => {
      for (const { payload, agent } of events) {
        await fireHook(store, payload, environmentOf(agent, payload));
        counter.fired(store, payload, agent);
      }
      await keeper.rescan();
      await drained(keeper);
      const last = (events.at(-1)?.payload ?? {}) as JsonObject;
      return { ...(await collect(keeper, store, sessionIdOf(last))), events: counter.counts() };
    },
    (outcome) => counter.captured(outcome),
  );
}

/** Runs a keeper with the built-in provider on the folder, for as long as `work` takes. */
export async function withKeeper<T>(
  store: string,
  work: (keeper: Keeper) => Promise<T>,
  onCaptured?: (outcome: CaptureOutcome) => void,
): Promise<T> {
  let failure: unknown;
  const ownership = await acquireOwnership(store);
  const keeper = await Keeper.start({
    ...{ folder: store, engineFiles, provider: createBuiltinProvider(), clock: systemClock },
    ...{ log: silentLogger, lingerMs: 0, onFailure: (error: unknown) => (failure = error) },
    ...(onCaptured && { onCaptured }),
  });
  try {
    const result = await work(keeper);
    if (failure) throw failure as Error;
    return result;
  } finally {
    await keeper.stop();
    await ownership.release();
  }
}

/** One event, as an agent fires it: a process of its own, the payload on its standard input. */
export function fireHook(store: string, payload: unknown, env = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [hookFile, '--store', store], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(answer) : reject(new Error(`The hook program ended with ${code}.`)),
    );
    child.stdin.end(typeof payload === 'string' ? payload : JSON.stringify(payload));
  });
}

/** Resolves when nothing waits or is in work any more. */
export function drained(keeper: Keeper): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (keeper.manager.isAnySessionProcessing()) return;
      subscription.dispose();
      resolve();
    };
    const subscription = keeper.queue.onTransitions(check);
    check();
  });
}

/** What the store holds; `context` is that of the project of the session with the agent's id, or of the newest. */
export async function collect(
  keeper: Keeper,
  store: string,
  lastId: string | undefined,
): Promise<Omit<ReplayResult, 'events'>> {
  await keeper.contextFiles.flush();
  const stored = (await keeper.sessions.listSessions({ limit: 10_000 })).sort((a, b) => a.id - b.id);
  const accounting: ReplayResult['accounting'] = [];
  const sessions: ReplayedSession[] = [];
  for (const { id, agent, agentSessionId, project } of stored) {
    const outcomes = await keeper.memory.toolOutcomes(id);
    accounting.push(...outcomes.map((outcome) => ({ ...outcome, agentSessionId })));
    sessions.push({
      ...{ agent, agentSessionId, project: project.name },
      prompts: await keeper.sessions.getPrompts(id),
      observations: await keeper.memory.observations(id),
      summaries: await keeper.memory.summaries(id),
    });
  }
  const last = stored.find(({ agentSessionId }) => agentSessionId === lastId) ?? stored.at(-1);
  const setAside = (await keeper.memory.listSetAside(10_000)).map(({ reason, size, sha256, head }) => ({
    ...{ reason, size, sha256 },
    ...(head !== undefined && { head }),
  }));
  return {
    ...{ sessions, queue: keeper.queue.counts(), accounting, setAside },
    context: last ? await readContext(join(storageLayout(store).context, contextFileName(last.project))) : '',
  };
}

async function readContext(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
