import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isolatedHome } from '../support/isolatedHome';
import type { TestRun } from '../support/testRun';
import { connect, type Settings } from './connect';
import { ModelServer, type RecordedRequest, type Script } from './model/modelServer';
import { mainPrompt, type RealAgent, type Surroundings } from './realAgent';
import { type Captured, Store, withWindow } from './store';

export interface ProgramRun {
  code: number | null;
  /** What it printed, both streams. */
  output: string;
  requests: readonly RecordedRequest[];
  problems: readonly string[];
}

/** Two sessions of a real agent, and what Tidemark made of them. */
export interface Sessions {
  first: ProgramRun;
  /** What was known when the first had ended. */
  afterFirst: Captured[];
  context: string;
  second: ProgramRun;
  afterSecond: Captured[];
  setAside: { reason: string; head?: string }[];
  /** The agent asks the memory: the window that keeps it, and without a window. */
  asking?: { window: ProgramRun; closed: ProgramRun };
  /** The same by Tidemark's plugin, with nothing connected. */
  plugin?: ProgramRun;
  /** What was known when it had asked. */
  afterAsking: Captured[];
  settings: Settings[];
}

const bound = 90_000;
export const secondPrompt = 'How high is the spring tide?';
const askingPrompt = 'What do you remember of it?';

/** Runs the agent twice in one project, with Tidemark connected; the second time in a session of its own. */
export async function runSessions(run: TestRun, agent: RealAgent, program: string): Promise<Sessions> {
  const folder = run.makeFolder(agent.id);
  const project = join(folder, 'harbour');
  await mkdir(project);
  await writeFile(join(project, 'README.md'), '# Harbour\n');
  const env = await isolatedHome(folder);
  const model = await ModelServer.start(agent.api);
  const store = await Store.open(join(folder, 'store'));
  const surroundings: Surroundings = {
    ...{ home: env['HOME']!, project, model: model.url, mcpServer: join(__dirname, 'mcpServer.mjs') },
    plugin: store.plugin,
  };
  try {
    await agent.prepare(surroundings);
    const { disconnect } = await connect(agent, surroundings.home, store.launcher);
    const start = (prompt: string, more: readonly string[] = []) =>
      runProgram(run, agent, program, prompt, { env, surroundings, model }, more);
    const ask = (tool: (name: string) => string, more?: readonly string[]) => {
      model.play(askingScript(tool));
      return start(askingPrompt, more);
    };
    model.play(agent.script(surroundings));
    const first = await start(mainPrompt);
    const afterFirst = await store.takeIn();
    const context = afterFirst[0] ? await store.context(afterFirst[0].session).catch(() => '') : '';
    model.play({ main: [{ text: 'It is 7.4 metres.' }] });
    const second = await start(secondPrompt);
    const afterSecond = await store.takeIn();
    const setAside = await store.setAside();
    await store.close();
    const { memoryTool, plugin } = agent;
    const asking = memoryTool && {
      window: await withWindow(store.folder, () => ask(memoryTool)),
      closed: await ask(memoryTool),
    };
    const settings = await disconnect();
    const byPlugin = plugin && (await ask(plugin.memoryTool, plugin.args(surroundings)));
    const again = await Store.open(store.folder);
    const afterAsking = await again.takeIn().finally(() => again.close());
    return {
      ...{ first, afterFirst, context, second, afterSecond, setAside, settings, afterAsking },
      ...(asking && { asking }),
      ...(byPlugin && { plugin: byPlugin }),
    };
  } finally {
    await model.stop();
    await store.close();
  }
}

/** Looks for what the first session has left, then reads all of the first that is found. */
function askingScript(tool: (name: string) => string): Script {
  return {
    main: [
      { tool: tool('search'), input: { query: 'spring tide' } },
      (found) => ({
        tool: tool('get_observations'),
        input: { ids: [/\b[OS]\d+/.exec(found)?.[0] ?? 'none'] },
      }),
      { tool: tool('remember'), input: { text: 'The gauge was painted. It is green now.' } },
      { text: 'That is all.' },
    ],
  };
}

async function runProgram(
  run: TestRun,
  agent: RealAgent,
  program: string,
  prompt: string,
  around: { env: NodeJS.ProcessEnv; surroundings: Surroundings; model: ModelServer },
  more: readonly string[],
): Promise<ProgramRun> {
  const launch = agent.launch(prompt, around.surroundings);
  const args = [...launch.args, ...more];
  const isScript = /\.m?js$/.test(program);
  const child = run.spawnGroup(isScript ? process.execPath : program, isScript ? [program, ...args] : args, {
    cwd: around.surroundings.project,
    env: { ...plainEnvironment(), ...around.env, ...launch.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const timer = setTimeout(() => void run.endGroup(child), bound);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  await run.endGroup(child);
  return { code, output, requests: [...around.model.requests], problems: [...around.model.problems] };
}

/** What every program needs of the environment; above all no keys and no settings of the person who runs this. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const needed = ['PATH', 'LANG', 'TMPDIR', 'SHELL', 'SystemRoot'];
  return Object.fromEntries(needed.map((name) => [name, process.env[name]]));
}
