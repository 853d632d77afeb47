import { join } from 'node:path';

/** What lies where in Tidemark's storage folder. */
export function storageLayout(folder: string) {
  return {
    folder,
    database: join(folder, 'tidemark.db'),
    spool: join(folder, 'spool'),
    context: join(folder, 'context'),
    privateMarkers: join(folder, 'private'),
    dayUsage: join(folder, 'usage-today.json'),
  };
}
