// Ends what a test run started once the run is gone, by whatever death, SIGKILL included: its stdin closes then.
// It is in a session of its own, so that Ctrl-C in the terminal does not reach it. Plain JavaScript: it starts fast.
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const groups = new Set();
const folders = new Set();

const verbs = {
  'own-group': (id) => groups.add(Number(id)),
  'release-group': (id) => groups.delete(Number(id)),
  'own-folder': (path) => folders.add(path),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const space = line.indexOf(' ');
    verbs[line.slice(0, space)]?.(line.slice(space + 1));
  })
  .on('close', async () => {
    for (const group of groups) {
      try {
        process.kill(-group, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') console.error(`Could not end process group ${group}: ${error.code}`);
      }
    }
    for (const folder of folders) await removeForGood(folder);
  });

/**
 * A browser that lost its pipe writes to its profile until it ends by itself: the folder is gone once it stays gone.
 */
async function removeForGood(folder) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (attempt === 49) console.error(`Could not delete ${folder}: ${error.code}`);
    }
    await sleep(200);
    if (!existsSync(folder)) return;
  }
}
