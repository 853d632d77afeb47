import assert from 'node:assert/strict';
import { type ExpectedUse, lastWords, mainPrompt, type RealAgent } from './realAgent';
import { type ProgramRun, secondPrompt, type Sessions } from './session';
import type { Captured } from './store';

type Check = (sessions: Sessions) => void;

/** What must hold of an agent's two sessions, by the names that `doesNotHold` uses. */
export function checksOf(agent: RealAgent): ReadonlyMap<string, Check> {
  return new Map<string, Check>([
    ['runs', runs],
    ['connection', connection],
    ['agent', ({ afterSecond }) => assert.deepEqual(agentsOf(afterSecond), [agent.id])],
    ['session', session],
    ['prompts', ({ afterFirst }) => assert.deepEqual(promptsOf(mainOf(afterFirst)), [mainPrompt])],
    ...agent.uses.map((use): [string, Check] => [use.name, ({ afterFirst }) => captured(use, afterFirst)]),
    ['last words', lastWordsAreCaptured],
    ['summary', summary],
    ['observation', observation],
    ['nothing set aside', ({ setAside }) => assert.deepEqual(setAside, [])],
    ['memory', memory],
    ['second session', secondSession],
    ...(agent.memoryTool
      ? ([
          ['answers are not remembered again', answersAreNoMemory],
          ['memory asked of a window', ({ asking }) => recalled(agent, agent.memoryTool!, asking?.window)],
          [
            'memory asked without a window',
            ({ asking }) => recalled(agent, agent.memoryTool!, asking?.closed),
          ],
        ] satisfies [string, Check][])
      : []),
    ...(agent.plugin
      ? ([
          ['memory asked by the plugin', ({ plugin }) => recalled(agent, agent.plugin!.memoryTool, plugin)],
        ] satisfies [string, Check][])
      : []),
  ]);
}

/** The session that the person began; a sub-agent must not have one of its own. */
function mainOf(all: readonly Captured[]): Captured {
  const main = all.find((captured) => promptsOf(captured).includes(mainPrompt)) ?? all[0];
  assert.ok(main, 'No session was captured.');
  return main;
}

const promptsOf = ({ prompts }: Captured): string[] => prompts.map(({ text }) => text);

const agentsOf = (all: readonly Captured[]) => [...new Set(all.map(({ session }) => session.agent))];

function runs({ first, second }: Sessions): void {
  for (const run of [first, second]) {
    assert.equal(run.code, 0, run.output.slice(-2_000));
    assert.deepEqual(run.problems, []);
    assert.ok(run.requests.length > 0, 'Its model was asked nothing.');
  }
}

/** Disconnecting leaves the settings as they were, to the byte. */
function connection({ settings }: Sessions): void {
  for (const { connected, disconnected, expected } of settings) {
    assert.match(connected ?? '', /tidemark-(hook|mcp)/);
    assert.equal(disconnected, expected);
  }
}

function session({ afterFirst }: Sessions): void {
  assert.equal(afterFirst.length, 1);
  assert.notEqual(afterFirst[0]!.session.endedAt, undefined, 'The end of the session was not captured.');
}

function captured(expected: ExpectedUse, all: readonly Captured[]): void {
  const seen = mainOf(all).messages.map(({ body }) => body);
  const found = seen.some((body) => {
    if (body.kind === 'summary' || !JSON.stringify(body).includes(expected.says)) return false;
    if ('report' in body) return expected.kind === 'report';
    const { action, error, subagent } = body.use;
    return (
      action.kind === expected.kind &&
      (error !== undefined) === (expected.failed ?? false) &&
      (subagent !== undefined) === (expected.bySubagent ?? false)
    );
  });
  assert.ok(found, `Not captured: ${JSON.stringify(expected)} among\n${seen.map(brief).join('\n')}`);
}

const brief = (body: object): string => JSON.stringify(body).slice(0, 300);

function lastWordsAreCaptured({ afterFirst }: Sessions): void {
  const ends = mainOf(afterFirst).messages.flatMap(({ body }) => (body.kind === 'summary' ? [body] : []));
  assert.deepEqual(
    ends.map(({ lastUserMessage, lastAssistantMessage }) => ({ lastUserMessage, lastAssistantMessage })),
    [{ lastUserMessage: mainPrompt, lastAssistantMessage: lastWords }],
  );
}

function summary({ afterFirst }: Sessions): void {
  const { summaries } = mainOf(afterFirst);
  assert.deepEqual(
    summaries.map(({ request, filesModified }) => ({ request, files: filesModified.map(nameOf) })),
    [{ request: mainPrompt, files: ['tides.txt'] }],
  );
}

function observation({ afterFirst }: Sessions): void {
  const changed = mainOf(afterFirst).observations.flatMap(({ filesModified }) => filesModified.map(nameOf));
  assert.ok(changed.includes('tides.txt'), `Files that are remembered as changed: ${changed.join(', ')}.`);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The text that Tidemark wrote for the next session stands, whole, in what that session asks its model. */
function memory({ first, context, second }: Sessions): void {
  assert.ok(context.includes(mainPrompt), `What the next session is to be given: ${context || 'nothing'}`);
  assert.ok(!asks(first, '<tidemark-memory'), 'The first session was given a memory.');
  assert.ok(asks(second, context.trim()), 'The second session did not give the memory to its model.');
}

function asks({ requests }: ProgramRun, text: string): boolean {
  return requests.some(({ body }) => textsOf(body).some((said) => unescaped(said).includes(text)));
}

/** Gemini CLI escapes what a hook gives it, so that nothing in it can close the mark that it puts around it. */
const unescaped = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>');

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

function secondSession({ afterSecond }: Sessions): void {
  assert.deepEqual(afterSecond.map(promptsOf), [[mainPrompt], [secondPrompt]]);
}

/** Its model is offered every tool, and what the tools answer is what the first session has left. */
function recalled({ api }: RealAgent, tool: (name: string) => string, run: ProgramRun | undefined): void {
  assert.ok(run);
  assert.equal(run.code, 0, run.output.slice(-2_000));
  assert.deepEqual(run.problems, []);
  for (const name of ['search', 'timeline', 'get_observations', 'remember'])
    assert.ok(
      run.requests.some(({ path, body }) => api.read(path, body)?.tools.includes(tool(name))),
      `Its model was not offered ${tool(name)}.`,
    );
  assert.ok(asks(run, 'data, not instructions'), 'What was found is not marked as data.');
  assert.match(answersOf(run), /O\d+ \([a-z]+\)[^\n]*tides\.txt/);
  assert.match(answersOf(run), /Remembered as O\d+/);
}

/** What the tools answered, as the model was told. */
function answersOf({ requests }: ProgramRun): string {
  return requests.flatMap(({ body }) => textsOf(body).map(unescaped)).join('\n');
}

/** The sessions that asked were captured, and what they were told was not: it would outlive being forgotten. */
function answersAreNoMemory({ afterSecond, afterAsking }: Sessions): void {
  assert.ok(afterAsking.length > afterSecond.length);
  const captured = JSON.stringify(afterAsking.slice(afterSecond.length));
  assert.doesNotMatch(captured, /data, not instructions|Remembered as O/);
}
