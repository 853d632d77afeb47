import { acquireOwnership, OwnedElsewhereError, waitForOwnership } from '../../src/keeper/ownership';

/** `take FOLDER` or `wait FOLDER`: says what came of it, and keeps what it got until it is killed. */
const [how, folder] = process.argv.slice(2) as [string, string];
const taken =
  how === 'wait' ? waitForOwnership(folder, new AbortController().signal) : acquireOwnership(folder);
taken.then(
  () => {
    process.stdout.write('owner\n');
    setInterval(() => undefined, 1 << 30);
  },
  (error: unknown) =>
    process.stdout.write(error instanceof OwnedElsewhereError ? 'elsewhere\n' : `${String(error)}\n`),
);
