import type { Result } from 'neverthrow';
import type { AsyncResult, Unavailable } from '../../core/result.ts';

/** `unavailable`: certainly nothing was written. `unknown`: it may have been. */
export type EntryFailure = Unavailable | { readonly kind: 'unknown'; readonly reason: string };

/** Something that the simulator remembers: an intent, a charge, a refund or an event, told apart by its id. */
export type SandboxRecord = {
  /** `pi_…`, `ch_…`, `re_…` or `evt_…`, and a UUIDv7 without dashes: the order of ids is that of time. */
  readonly id: string;
  readonly key: string;
  /** 1 at first, and one more with each change. */
  readonly version: number;
  /** When something is to be done about it; null for nothing. */
  readonly dueAtMs: number | null;
  /** JSON. */
  readonly body: string;
};

/** `also` is written where `record` is the first under its key, and with it. */
export type Entry = { readonly record: SandboxRecord; readonly also: readonly SandboxRecord[] };

/** Records as they are to be, each a version after the one that it is made from, and what is new with that. */
export type Change = { readonly records: readonly SandboxRecord[]; readonly also: readonly SandboxRecord[] };

/**
 * The simulator's own memory, apart from our database: it outlives a crash of our processes, all of which may
 * use it at once, and forgets nothing.
 */
export interface RecordStore {
  /**
   * Writes those records whose key has none yet, all in one go. Answers, in the order of the given ones, the
   * record that stands under each key: the given one itself where this call was the first.
   */
  insertIfNew(entries: readonly Entry[]): Promise<Result<readonly SandboxRecord[], EntryFailure>>;

  /** All of it, or nothing and false where a record has changed meanwhile or a new key is taken. */
  change(change: Change): Promise<Result<boolean, EntryFailure>>;

  find(by: { readonly id: string } | { readonly key: string }): AsyncResult<SandboxRecord | null>;

  /** Newest first, ids in `[from, before)`. */
  list(query: IdQuery): AsyncResult<readonly SandboxRecord[]>;

  /** What is due, the longest due first. */
  due(query: { readonly nowMs: number; readonly limit: number }): AsyncResult<readonly SandboxRecord[]>;

  close(): Promise<void>;
}

type IdQuery = { readonly from: string; readonly before: string; readonly limit: number };
