import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Asked } from '../queueModel';
import type { ChildPlan, Said } from './plan';

/** Longer than any round takes: a child that lives on is a failure of the harness. */
const BOUND_MS = 30_000;

export interface ChildLife {
  /** In the order in which they were asked. */
  operations: Asked[];
  /** Of the first operations; what came back before the end. */
  answers: unknown[];
  /** Why it ended by itself, which a sound store gives it no reason for. */
  failure?: string;
}

/** Runs a child to its violent end: after `killAfterMs`, or at the call that its plan names. */
export async function runChild(program: string, plan: ChildPlan, killAfterMs?: number): Promise<ChildLife> {
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs ?? BOUND_MS);
  const [said, [code, signal]] = await Promise.all([
    text(child.stdio[3] as Readable),
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ]);
  clearTimeout(timer);
  // Any signal is a violent end: Node.js 20 itself aborts at times while a worker ends and its code is compiled.
  const life = readLife(said);
  return signal === null ? { failure: `ended with ${code}`, ...life } : life;
}

function readLife(said: string): ChildLife {
  const life: ChildLife = { operations: [], answers: [] };
  // What follows the last line break is a line that the kill cut off.
  for (const line of said.split('\n').slice(0, -1)) {
    const [kind, what, value] = JSON.parse(line) as Said;
    if (kind === 'ask') life.operations.push({ name: what, args: value } as Asked);
    else if (kind === 'failed') life.failure = what;
    else if (what === life.answers.length) life.answers.push(value);
    else throw new Error(`Operation ${what} was answered before operation ${life.answers.length}.`);
  }
  return life;
}
