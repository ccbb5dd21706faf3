import { err, ok, type Result } from 'neverthrow';
import { createBatcher } from '../../core/batcher.ts';
import type { World } from '../../core/world.ts';
import { type EventNotice, type EventSelection, eventRecord } from './event.ts';
import type { NewRecord, RecordStore, SandboxRecord, WriteFailure } from './records.ts';

export type EngineOptions = {
  readonly events?: EventSelection;
  /** Delay before pending refunds resolve and late events are sent, in ms. */
  readonly lateMs?: number;
};

/** What the operations of the sandbox share. */
export type Engine = {
  readonly records: RecordStore;
  readonly world: World;
  readonly lateMs: number;
  /** `RecordStore.insertIfNew` for one record. Concurrent calls share one statement and one commit. */
  readonly insertIfNew: (entry: NewRecord) => Promise<Result<SandboxRecord, WriteFailure>>;
  /** A new id, such as `pi_…`. Ids sort by time. */
  readonly newId: (prefix: 'pi' | 'ch' | 're' | 'dp') => string;
  /**
   * The event record to write together with a change; empty if the event is not sent. `deferred`: no caller
   * learnt of the change at once (see `EventSelection`). `afterMs`: how long the event is delayed.
   */
  readonly eventRecords: (
    createNotice: () => EventNotice | null,
    options: { readonly deferred: boolean; readonly afterMs?: number },
  ) => readonly SandboxRecord[];
};

export const createEngine = (
  records: RecordStore,
  world: World,
  { events = 'none', lateMs = 2_000 }: EngineOptions = {},
): Engine => ({
  records,
  world,
  lateMs,
  insertIfNew: createBatcher<NewRecord, Result<SandboxRecord, WriteFailure>>(
    async (entries) => {
      const inserted = await records.insertIfNew(entries);
      return inserted.isOk()
        ? inserted.value.map((each) => ok(each))
        : entries.map(() => err(inserted.error));
    },
    limits,
    world.yieldToEventLoop,
    () => err({ kind: 'unavailable', reason: 'too many charges are waiting' }),
  ),
  newId: (prefix) => `${prefix}_${world.ids.next(world.clock.nowMs()).replaceAll('-', '')}`,
  eventRecords: (createNotice, { deferred, afterMs = 0 }) => {
    const isSent = events === 'all' || (events === 'deferred' && deferred);
    const notice = isSent ? createNotice() : null;
    return notice === null ? [] : [eventRecord(notice, world, afterMs)];
  },
});

const limits = { batchMax: 128, waitingMax: 4_096 };
