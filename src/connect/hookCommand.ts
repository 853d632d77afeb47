/**
 * The command by which a POSIX shell starts the launcher. Where the launcher is gone (its folder was deleted), it
 * takes the input and ends with 0, so that the agent sees no failure.
 */
export function posixCommand(launcher: string): string {
  const quoted = `'${launcher.replaceAll("'", `'\\''`)}'`;
  return `[ -x ${quoted} ] && ${quoted} || cat >/dev/null`;
}

/** For Git's bash on Windows, which takes a backslash for its own. */
export function gitBashCommand(launcher: string): string {
  return `"${launcher.replaceAll('\\', '/')}"`;
}

/** For cmd.exe. */
export function windowsCommand(launcher: string): string {
  return `"${launcher}"`;
}

/** For PowerShell, where a quoted path alone is a text and not a call. */
export function powershellCommand(launcher: string): string {
  return `& '${launcher.replaceAll("'", "''")}'`;
}

/** A launcher of any Tidemark, in a storage folder of any VS Code: the one that was here before a move, too. */
const anyLauncher = /tidemark\.tidemark[\\/]+bin[\\/]+tidemark-(?:hook|mcp)(\.cmd)?(?![\w.-])/i;

/** Whether a command starts Tidemark's launcher: this one, or an older one at another place. */
export function isOwnCommand(command: string, launcher: string): boolean {
  const plain = command.replaceAll(`'\\''`, "'").replaceAll("''", "'").replaceAll('\\', '/');
  return plain.includes(launcher.replaceAll('\\', '/')) || anyLauncher.test(plain);
}
