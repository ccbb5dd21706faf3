import type { Result } from 'neverthrow';
import type { AsyncResult, Unavailable } from '../../core/result.ts';

/** `unavailable`: certainly nothing was written. `unknown`: the records may be written. */
export type WriteFailure = Unavailable | { readonly kind: 'unknown'; readonly reason: string };

/** An intent, a charge, a refund, a dispute or an event. The prefix of the id says which. */
export type SandboxRecord = {
  /**
   * `pi_…`, `ch_…`, `re_…`, `dp_…` or `evt_…`, followed by a UUIDv7 without dashes. Ids with one prefix sort by time.
   */
  readonly id: string;
  readonly key: string;
  /** Starts at 1 and grows by one with each change. */
  readonly version: number;
  /** When the record needs work; null if it needs none. */
  readonly dueAtMs: number | null;
  /** JSON. */
  readonly body: string;
};

/** `also` is written together with `record`, and only if `record` is the first under its key. */
export type NewRecord = { readonly record: SandboxRecord; readonly also: readonly SandboxRecord[] };

/**
 * `records` are next versions of stored records: each has the stored version plus one. `also` are new
 * records.
 */
export type Change = { readonly records: readonly SandboxRecord[]; readonly also: readonly SandboxRecord[] };

/**
 * Where the sandbox keeps its records, apart from the tables of the shop. Records survive a crash of the
 * shop's processes and are never deleted. Several processes can use one store at the same time.
 */
export interface RecordStore {
  /**
   * Writes the records whose keys are new, in one transaction. Returns the stored record of each key, in the
   * order of `entries`: the given record if this call was the first under its key.
   */
  insertIfNew(entries: readonly NewRecord[]): Promise<Result<readonly SandboxRecord[], WriteFailure>>;

  /**
   * Applies the whole change and returns true. Returns false, and changes nothing, if another call has
   * changed one of the records or a new key already exists.
   */
  change(change: Change): Promise<Result<boolean, WriteFailure>>;

  find(by: { readonly id: string } | { readonly key: string }): AsyncResult<SandboxRecord | null>;

  /** Records with ids in `[from, before)`, newest first. */
  list(query: IdQuery): AsyncResult<readonly SandboxRecord[]>;

  /** Records whose `dueAtMs` is not after `nowMs`, earliest first. */
  due(query: { readonly nowMs: number; readonly limit: number }): AsyncResult<readonly SandboxRecord[]>;

  close(): Promise<void>;
}

type IdQuery = { readonly from: string; readonly before: string; readonly limit: number };
