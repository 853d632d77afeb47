import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The environment that gives programs an empty home folder inside `folder`. Tests never see, and never change, the
 * settings of the person who runs them.
 */
export async function isolatedHome(folder: string): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true });
  return {
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
  };
}
