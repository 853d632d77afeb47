import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillPlaceholders } from '../../scripts/replay/placeholders';
import { eventually } from './eventually';
import { existsSync } from 'node:fs';

/** Plays an agent: fires hooks through the launcher that the extension has put into its storage folder. */
export class Agent {
  constructor(private readonly storage: string) {}

  /** The launcher for this platform; there once the extension has started. */
  get launcher(): string {
    return join(this.storage, 'bin', process.platform === 'win32' ? 'tidemark-hook.cmd' : 'tidemark-hook');
  }

  async waitUntilConnected(timeoutMs?: number): Promise<void> {
    await eventually('the launcher to be there', () => existsSync(this.launcher), Boolean, timeoutMs);
  }

  /** One hook, as an agent starts it. What it printed; rejects when it did not end with 0. */
  fire(payload: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.launcher, [], {
        stdio: ['pipe', 'pipe', 'inherit'],
        shell: process.platform === 'win32',
      });
      let answer = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(answer) : reject(new Error(`The hook ended with ${code}.`)),
      );
      child.stdin.end(JSON.stringify(payload));
    });
  }

  /** A recorded session of the fixtures, event by event. */
  async play(recording: string): Promise<void> {
    for (const payload of recordedPayloads(recording)) await this.fire(payload);
  }
}

/** The payloads of a recording below test/fixtures/recordings/claude-code. */
export function recordedPayloads(recording: string): Record<string, unknown>[] {
  const file = join(__dirname, '../fixtures/recordings/claude-code', recording);
  return fillPlaceholders(readFileSync(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { payload: Record<string, unknown> }).payload);
}
