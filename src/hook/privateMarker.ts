import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../base/errors';
import { makeFolder } from '../base/makeFolder';

/**
 * The mark that a session works on a prompt that was private as a whole: while it is there, what that prompt
 * leads to is not recorded. It holds the prompt's id, or nothing where the agent gives none, which means any.
 *
 *   none ──private prompt──▶ marked ──machine prompt──▶ marked for any prompt
 *     ▲                        │
 *     └──public prompt, end of the session
 */
export class PrivateMarker {
  readonly #file: string;

  constructor(storeDir: string, agentSessionId: string) {
    const hash = createHash('sha256').update(agentSessionId).digest('hex').slice(0, 32);
    this.#file = join(storeDir, 'private', hash);
  }

  /** Throws what the file system throws. */
  set(promptId: string): void {
    makeFolder(dirname(this.#file));
    writeFileSync(this.#file, promptId, { mode: 0o600 });
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }

  isSet(): boolean {
    return this.#read() !== undefined;
  }

  /** Whether what belongs to the prompt must not be recorded. A mark that can't be read covers every prompt. */
  covers(promptId: string): boolean {
    const marked = this.#read();
    return marked !== undefined && (marked === '' || promptId === '' || marked === promptId);
  }

  #read(): string | undefined {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch (error) {
      const code = errnoOf(error);
      return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : '';
    }
  }
}
