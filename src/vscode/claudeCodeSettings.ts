import { capturedEvents } from '../capture/events';

/** Longer than the hook program takes at its worst; Claude Code ends it then. Seconds. */
const TIMEOUT_S = 10;

/**
 * The `hooks` part of Claude Code's settings.json by which it tells Tidemark what it does.
 * @param launcher absolute path of the stable launcher.
 */
export function claudeCodeSettings(launcher: string, platform: NodeJS.Platform): string {
  const command = platform === 'win32' ? `"${launcher.replaceAll('\\', '/')}"` : quote(launcher);
  const hook = { type: 'command', command, timeout: TIMEOUT_S };
  const hooks = Object.fromEntries(capturedEvents.map((event) => [event, [{ hooks: [hook] }]]));
  return JSON.stringify({ hooks }, undefined, 2);
}

/** For the POSIX shell that Claude Code starts hooks with. */
function quote(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
