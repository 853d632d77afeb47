import { readFileSync } from 'node:fs';
import { openConnection } from '../../src/storage/sqljs/engineThread';
import { nodeFileSystem } from '../../src/storage/sqljs/fileSystem';
import { engineFiles } from '../../scripts/build';

/** A process of its own, since SQLite can be loaded once in each: runs the SQL on its standard input on a store. */
async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  const connection = await openConnection({ file: file!, wasmFile: engineFiles.wasmFile }, nodeFileSystem);
  connection.exec(readFileSync(0, 'utf8'));
  connection.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
