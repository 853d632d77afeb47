/**
 * Fails a test file that leaves something behind: a timer, a socket, a worker or a child process that lives on
 * would keep the extension host busy, or a test process from ending.
 */
import { setTimeout as delay } from 'node:timers/promises';

const harmless = new Set(['TTYWrap', 'PipeWrap', 'Immediate', 'CloseReq', 'FSReqCallback', 'FSReqPromise']);

function live(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => !harmless.has(kind));
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    // Handles close asynchronously: what is gone within a second was not left behind.
    for (let i = 0; i < 100 && live().filter((kind) => kind !== 'Timeout').length > 0; i++) await delay(10);
    const left = live();
    // Mocha's own timer of this hook is one of them.
    if (left.filter((kind) => kind !== 'Timeout').length > 0 || left.length > 2) {
      throw new Error(`Left behind: ${left.join(', ')}`);
    }
  },
};
