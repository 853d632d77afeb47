import { getEnvironmentData } from 'node:worker_threads';
import { openConnection, runEngineThread } from '../../src/storage/sqljs/engineThread';
import { makeFileSystem } from '../../src/storage/sqljs/fileSystem';
import { FAULTS, Faults } from './faults';
import { faultyCalls } from './faultyCalls';

void runEngineThread(async (data) => {
  const faults = new Faults(getEnvironmentData(FAULTS) as unknown as SharedArrayBuffer);
  const connection = await openConnection(data, makeFileSystem(faultyCalls(faults)));
  const pages = faults.get('checkpointPages');
  if (pages > 0) connection.exec(`PRAGMA wal_autocheckpoint=${pages}`);
  return connection;
});
