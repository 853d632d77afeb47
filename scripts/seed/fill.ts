import type { AgentId } from '../../src/capture/vocabulary';
import type { Sql } from '../../src/storage/sql';
import type { Random } from '../../test/support/random';
import * as texts from './texts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back the oldest session lies, days. */
const DAYS = 180;
const MODEL = 'claude-haiku-5-5';
/** Below the daily budget that people have by default, millionths of a US dollar. */
const MOST_A_DAY = 470_000;

export interface SeedOptions {
  readonly observations: number;
  readonly sessions: number;
  /** The newest work was done shortly before, ms since the epoch. */
  readonly now: number;
}

export interface SeedCounts {
  projects: number;
  sessions: number;
  prompts: number;
  observations: number;
  summaries: number;
  pinned: number;
  failed: number;
  requests: number;
}

/** Writes sessions with all that belongs to them, oldest first. The caller has begun a transaction. */
export class SeedFiller {
  readonly counts: SeedCounts = {
    ...{
      projects: 0,
      sessions: 0,
      prompts: 0,
      observations: 0,
      summaries: 0,
      pinned: 0,
      failed: 0,
      requests: 0,
    },
  };
  readonly #roots: string[] = [];
  /** Millionths of a US dollar by day. */
  readonly #spent = new Map<number, number>();

  constructor(
    private readonly sql: Sql,
    private readonly random: Random,
    private readonly options: SeedOptions,
  ) {}

  projects(): void {
    for (const name of texts.projects) {
      const root = `/home/dev/${name}`;
      this.sql.run('INSERT INTO projects (key, name, root) VALUES (?, ?, ?)', `${root}/.git`, name, root);
      this.#roots.push(root);
      this.counts.projects++;
    }
  }

  /** The `index`th of the sessions. */
  session(index: number): void {
    const { random, sql } = this;
    const { sessions, observations, now } = this.options;
    const project = Math.min(this.#roots.length, random.magnitude(1, this.#roots.length + 1));
    const at = this.#startOf(index);
    const sessionId = index + 1;
    const share =
      Math.floor(((index + 1) * observations) / sessions) - Math.floor((index * observations) / sessions);
    const prompts = Math.max(1, Math.round(share / random.int(5, 10)));
    const step = Math.min(40_000, (now - at) / (share + prompts + 1));
    const isOpen = index >= sessions - 3;
    const last = Math.round(at + step * (share + prompts));
    const agent = random.pick<AgentId>([
      'claude-code',
      'claude-code',
      'claude-code',
      'codex',
      'copilot-cli',
      'gemini-cli',
    ]);
    sql.run(
      `INSERT INTO sessions (id, agent, agent_session_id, project_id, started_at, last_activity_at, ended_at, end_reason,
         agent_title, archived_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[sessionId, agent, `seed-${index}`, project, at, last],
      ...[isOpen ? null : last, isOpen ? null : 'exit'],
      ...[random.chance(0.3) ? texts.prompt(random).slice(0, 60) : null, random.chance(0.05) ? last : null],
    );
    this.counts.sessions++;
    let time = at;
    for (let number = 1; number <= prompts; number++) {
      const count = Math.floor((number * share) / prompts) - Math.floor(((number - 1) * share) / prompts);
      time = this.#turn({ sessionId, number, count, time, step, root: this.#roots[project - 1]! });
    }
    if (random.chance(0.01) || index === sessions - 2) this.#failedMessage(sessionId, prompts, last);
    this.#gaveContext(at);
  }

  /** More of them lately, and most in working hours. */
  #startOf(index: number): number {
    const { sessions, now } = this.options;
    const days = DAYS * (1 - (index + 1) / sessions) ** 1.5;
    const at = now - days * DAY_MS;
    const day = new Date(at).setHours(0, 0, 0, 0);
    const wanted = day + (8 + 10 * this.random.next()) * HOUR_MS;
    return Math.round(Math.min(wanted, now - 2 * HOUR_MS));
  }

  #turn(turn: {
    sessionId: number;
    number: number;
    count: number;
    time: number;
    step: number;
    root: string;
  }): number {
    const { sql, random } = this;
    const { sessionId, number, count, step, root } = turn;
    let { time } = turn;
    const request = texts.prompt(random);
    sql.run(
      'INSERT INTO prompts (session_id, number, text, created_at, ended_at) VALUES (?, ?, ?, ?, ?)',
      ...[sessionId, number, request, Math.round(time), Math.round(time + step * (count + 1))],
    );
    this.counts.prompts++;
    const isPaid = random.chance(0.8) && (this.#spent.get(dayOf(time)) ?? 0) < MOST_A_DAY;
    const provider = isPaid ? 'anthropic' : 'builtin';
    for (let i = 0; i < count; i++)
      this.#observation(sessionId, number, Math.round((time += step)), provider, root);
    time += step;
    const said = texts.summary(random, request);
    sql.run(
      `INSERT INTO summaries (session_id, prompt_number, created_at, provider, request, investigated, learned, completed,
         next_steps, files_read, files_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', '[]')`,
      ...[sessionId, number, Math.round(time), provider],
      ...[said.request, said.investigated, said.learned, said.completed, said.nextSteps],
    );
    this.counts.summaries++;
    if (isPaid) this.#request(sessionId, time, count);
    this.#distilled(time, count + 1);
    return time;
  }

  #observation(sessionId: number, prompt: number, at: number, provider: string, root: string): void {
    const { sql, random } = this;
    const kind = texts.type(random);
    const file = texts.path(random);
    const { title, narrative } = texts.wording(random, kind, file);
    const modified = kind === 'discovery' || kind === 'failure' ? [] : [`${root}/${file}`];
    const read = random.chance(0.4) ? [`${root}/${texts.path(random)}`] : [];
    const isPinned = random.chance(0.0005);
    sql.run(
      `INSERT INTO observations (session_id, prompt_number, created_at, provider, type, title, narrative, facts, concepts,
         files_read, files_modified, pinned_at) VALUES (?, ?, ?, ?, ?, ?, ?, '[]', '[]', ?, ?, ?)`,
      ...[sessionId, prompt, at, provider, kind, title, narrative],
      ...[JSON.stringify(read), JSON.stringify(modified), isPinned ? at : null],
    );
    this.counts.observations++;
    if (isPinned) this.counts.pinned++;
  }

  #failedMessage(sessionId: number, prompt: number, at: number): void {
    const { id } = this.sql.get<{ id: number }>(
      `INSERT INTO messages (session_id, prompt_number, created_at, state, attempts, available_at, error)
       VALUES (?, ?, ?, 'failed', 3, ?, 'The answer was not of the agreed form.') RETURNING id`,
      ...[sessionId, prompt, at, at + 60_000],
    )!;
    const body = {
      kind: 'observation',
      use: {
        toolUseId: `seed-use-${id}`,
        tool: 'Bash',
        action: { kind: 'command', command: 'npm test', output: 'ok' },
      },
    };
    this.sql.run('INSERT INTO message_bodies (message_id, body) VALUES (?, ?)', id, JSON.stringify(body));
    this.counts.failed++;
  }

  #request(sessionId: number, at: number, observations: number): void {
    const [input, output, cached] = [
      this.random.int(900, 4_000),
      this.random.int(120, 700),
      this.random.int(0, 2_500),
    ];
    const micros = Math.round(input * 1 + output * 5 + cached * 0.1);
    this.#spent.set(dayOf(at), (this.#spent.get(dayOf(at)) ?? 0) + micros);
    this.sql.run(
      `INSERT INTO usage (at, session_id, provider, model, settled, input_tokens, output_tokens, cache_read_tokens,
         cache_write_tokens, cost_micros, observations) VALUES (?, ?, 'anthropic', ?, 1, ?, ?, ?, 0, ?, ?)`,
      ...[Math.round(at), sessionId, MODEL, input, output, cached, micros, observations],
    );
    this.counts.requests++;
  }

  #distilled(at: number, messages: number): void {
    const waited = this.random.magnitude(150, 60_000);
    this.sql.run(
      `INSERT INTO latency_counts (hour, bucket, messages) VALUES (?1, ?2, ?3)
       ON CONFLICT (hour, bucket) DO UPDATE SET messages = messages + ?3`,
      ...[Math.floor(at / HOUR_MS), Math.round(2 * Math.log2(waited)), messages],
    );
  }

  #gaveContext(at: number): void {
    this.sql.run(
      `INSERT INTO context_counts (hour, times, characters) VALUES (?1, ?2, ?3)
       ON CONFLICT (hour) DO UPDATE SET times = times + ?2, characters = characters + ?3`,
      ...[Math.floor(at / HOUR_MS), this.random.int(1, 3), this.random.int(2_000, 9_000)],
    );
  }
}

const dayOf = (at: number): number => Math.floor(at / DAY_MS);
