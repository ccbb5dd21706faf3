import { err, ok, type Result } from 'neverthrow';
import { createBatcher } from '../../core/batch.ts';
import type { World } from '../../core/world.ts';
import { type EventNotice, type EventPayload, eventRecord } from './event.ts';
import type { Entry, EntryFailure, RecordStore, SandboxRecord } from './records.ts';

export type EngineOptions = {
  readonly events?: EventPayload;
  /** Until what is decided later is decided, and until what is told late is told. */
  readonly lateMs?: number;
};

/** What the simulator's verbs stand on. */
export type Engine = {
  readonly book: RecordStore;
  readonly world: World;
  readonly lateMs: number;
  /** Calls that come together are one statement and one commit. */
  readonly enter: (entry: Entry) => Promise<Result<SandboxRecord, EntryFailure>>;
  /** A fresh id for now: `pi_…`, in the order of time. */
  readonly newId: (prefix: 'pi' | 'ch' | 're') => string;
  /** The event to write with what happened, or nothing where it is not told. */
  readonly told: (
    news: () => EventNotice | null,
    how: { readonly later: boolean; readonly afterMs?: number },
  ) => readonly SandboxRecord[];
};

export const createEngine = (
  book: RecordStore,
  world: World,
  { events = 'none', lateMs = 2_000 }: EngineOptions = {},
): Engine => ({
  book,
  world,
  lateMs,
  enter: createBatcher<Entry, Result<SandboxRecord, EntryFailure>>(
    async (entries) => {
      const entered = await book.insertIfNew(entries);
      return entered.isOk() ? entered.value.map((each) => ok(each)) : entries.map(() => err(entered.error));
    },
    limits,
    world.turn,
    () => err({ kind: 'unavailable', reason: 'too many charges are waiting' }),
  ),
  newId: (prefix) => `${prefix}_${world.ids.next(world.clock.nowMs()).replaceAll('-', '')}`,
  told: (news, { later, afterMs = 0 }) => {
    const isTold = events === 'all' || (events === 'deferred' && later);
    const told = isTold ? news() : null;
    return told === null ? [] : [eventRecord(told, world, afterMs)];
  },
});

const limits = { batchMax: 128, waitingMax: 4_096 };
