import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf, TidemarkError } from '../base/errors';

/** Who has the folder, for computers that can't ask its kernel, for people, and for the engine's fence. */
export interface OwnerRecord {
  readonly host: string;
  /** Of this boot of the computer's kernel: containers on it have the same. Empty where there is none. */
  readonly bootId: string;
  /** The network namespace, `net:[…]`. Empty where there is none. */
  readonly network: string;
  /** The namespace of process ids, `pid:[…]`, that `pid` is of. Empty where there is none. */
  readonly processes: string;
  /** Of this term of ownership alone: a late write of another term is refused by it (sqljs/fence.ts). */
  readonly term: string;
  /** How often the store had been opened when this term began, this time included. 0 until it is open. */
  readonly generation: number;
  readonly version: string;
  readonly pid: number;
}

const schema = z.object({
  host: z.string(),
  bootId: z.string(),
  network: z.string(),
  // Absent in a record of an earlier Tidemark.
  processes: z.string().default(''),
  term: z.string(),
  generation: z.int().nonnegative(),
  version: z.string(),
  pid: z.int(),
});

/** The folder seems to be in use on another computer, whose processes nobody here can see. */
export class OtherComputerError extends TidemarkError {
  readonly code = 'other-computer';
  constructor(record: OwnerRecord, file: string) {
    super(`Tidemark’s folder is in use on another computer (${record.host}).`, {
      advice: `Close VS Code there. If that computer is gone for good, delete ${file}.`,
    });
  }
}

export const ownerRecordFile = (folder: string): string => join(folder, 'owner.json');

/** The record of this process's term that begins now. */
export function newOwnerRecord(version: string): OwnerRecord {
  return {
    host: hostname(),
    bootId: readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    network: readOr('', () => readlinkSync('/proc/self/ns/net')),
    processes: readOr('', () => readlinkSync('/proc/self/ns/pid')),
    term: randomUUID(),
    generation: 0,
    version,
    pid: process.pid,
  };
}

/** Absent where there is none, or none that can be read. */
export async function readOwnerRecord(folder: string): Promise<OwnerRecord | undefined> {
  try {
    const parsed = schema.safeParse(JSON.parse(await fs.readFile(ownerRecordFile(folder), 'utf8')));
    return parsed.data;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Whether a record that is there, while its reader holds the folder's name and claim, was left by a process that
 * has ended. It was, when that process ran on this computer: the same boot's kernel would have refused the name
 * or shown the claim, and of an earlier boot nothing is left. Of another computer nothing can be known, so its
 * record is believed until its process removes it (at each orderly end) or a person does.
 */
function isStale(record: OwnerRecord, mine: OwnerRecord): boolean {
  return record.host === mine.host || (record.bootId !== '' && record.bootId === mine.bootId);
}

/** Whether the record's `pid` means the same process here as where it was written. */
export function isProcessOfHere(record: OwnerRecord): boolean {
  const mine = newOwnerRecord(record.version);
  const same = (name: 'host' | 'bootId' | 'processes') => record[name] === mine[name];
  return same('host') && same('bootId') && same('processes');
}

/**
 * Writes whose term begins. Call it with the folder owned.
 * @throws OtherComputerError
 */
export async function beginTerm(folder: string, mine: OwnerRecord): Promise<void> {
  const former = await readOwnerRecord(folder);
  if (former && !isStale(former, mine)) throw new OtherComputerError(former, ownerRecordFile(folder));
  await writeOwnerRecord(folder, mine);
}

/** Replaces the record whole: who reads it at the same moment finds the old one or the new one. */
export async function writeOwnerRecord(folder: string, record: OwnerRecord): Promise<void> {
  const file = ownerRecordFile(folder);
  const temporary = `${file}.${record.term}`;
  await fs.writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
  await fs.rename(temporary, file);
}

/** Call it before the folder is given up. Another's record stays. */
export async function endTerm(folder: string, mine: OwnerRecord): Promise<void> {
  if ((await readOwnerRecord(folder))?.term === mine.term)
    await fs.rm(ownerRecordFile(folder), { force: true });
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
