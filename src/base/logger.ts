/**
 * Where modules write what a person may want to read later. Never hand it payloads, prompts,
 * tool output or environment values: ids, counts, sizes and error codes only.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, error?: unknown): void;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
