import { TidemarkError } from '../base/errors';

/** The SQLite build is not laid out as expected. Nothing was opened or written. */
export class StorageLayoutError extends TidemarkError {
  readonly code = 'storage-layout';
  constructor(what: string) {
    super(`The bundled database engine is not the expected build (${what}), so the store stays closed.`, {
      advice: 'Reinstall Tidemark. Your data was not touched.',
    });
  }
}

/** The file was written by a newer Tidemark. Nothing was changed. */
export class StoreTooNewError extends TidemarkError {
  readonly code = 'store-too-new';
  constructor(
    readonly found: number,
    readonly known: number,
  ) {
    super(`The store was written by a newer Tidemark (format ${found}; this one knows up to ${known}).`, {
      advice: 'Update Tidemark. Your data was not touched.',
    });
  }
}

/** The file could not be opened, or is no Tidemark store. Nothing was changed. */
export class StoreUnreadableError extends TidemarkError {
  readonly code = 'store-unreadable';
}

/** A statement failed; its operation was rolled back as a whole, and nothing of it was kept. */
export class StatementError extends TidemarkError {
  readonly code = 'statement';
}

/** The search index is damaged. It holds nothing that can't be made anew from the memory. */
export class IndexDamagedError extends TidemarkError {
  readonly code = 'index-damaged';
  constructor(options: { cause?: unknown } = {}) {
    super('The search index is damaged.', options);
  }
}

/**
 * The disk refused a write or a sync, or the engine died. What was in flight was not acknowledged: it may or
 * may not be stored. The engine is closed; opening it again recovers every acknowledged commit.
 */
export class StorageFailedError extends TidemarkError {
  readonly code = 'storage-failed';
}

/** The store is closed, or closing. */
export class StorageClosedError extends TidemarkError {
  readonly code = 'storage-closed';
  constructor() {
    super('The store is closed.');
  }
}
