import { ok } from 'neverthrow';
import type { Lease, Queue } from '../core/queue.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

/** The fields that the leases of orders and of jobs have in common. */
export type LeaseRef = Pick<
  Lease,
  'taskId' | 'lease' | 'untilMs' | 'pipeline' | 'step' | 'probe' | 'traceparent'
>;

/** The leases of one pipeline that this process holds: their steps wait, run, or are not reported yet. */
export type HeldLeases<L extends LeaseRef> = {
  add(leases: readonly L[]): void;
  /** The lease as of the last heartbeat; undefined if it is no longer held, or its task has a newer lease. */
  current(lease: L): L | undefined;
  drop(lease: L): void;
  clear(): void;
  /** Whether another batch may be claimed. After false, `onRoom` is called once there is room again. */
  hasRoom(): boolean;
  size(): number;
  /** Resolves once no lease is held. */
  whenEmpty(): Promise<void>;
  /** Extends the leases, and drops those that this worker has lost. */
  heartbeat: Poll;
};

export const createHeldLeases = <L extends LeaseRef>(
  queue: Pick<Queue, 'heartbeat'>,
  clock: Clock,
  /** `roomUpTo`: there is room for another batch while at most this many leases are held. */
  { leaseMs, roomUpTo }: { readonly leaseMs: number; readonly roomUpTo: () => number },
  onRoom: () => void,
): HeldLeases<L> => {
  const held = new Map<string, L>();
  let roomRequested = false;
  let onEmpty: () => void = () => {};

  const current: HeldLeases<L>['current'] = ({ taskId, lease }) => {
    const newest = held.get(taskId);
    return newest?.lease === lease ? newest : undefined;
  };

  const drop: HeldLeases<L>['drop'] = (lease) => {
    if (current(lease) === undefined) return;
    held.delete(lease.taskId);
    if (held.size === 0) onEmpty();
    if (!roomRequested || held.size > roomUpTo()) return;
    roomRequested = false;
    onRoom();
  };

  return {
    add: (leases) => {
      for (const lease of leases) held.set(lease.taskId, lease);
    },
    current,
    drop,
    clear: () => held.clear(),
    hasRoom: () => {
      roomRequested = held.size > roomUpTo();
      return !roomRequested;
    },
    size: () => held.size,
    whenEmpty: () =>
      new Promise((resolve) => {
        onEmpty = resolve;
        if (held.size === 0) resolve();
      }),
    heartbeat: async () => {
      const pauseMs = leaseMs / 3;
      const leases = [...held.values()];
      if (leases.length === 0) return ok(pauseMs);
      const untilMs = clock.nowMs() + leaseMs;
      const extended = await queue.heartbeat(leases, untilMs);
      return extended.map((ids) => {
        const extendedIds = new Set(ids);
        for (const lease of leases) {
          if (!extendedIds.has(lease.taskId)) drop(lease);
          else if (current(lease) !== undefined) held.set(lease.taskId, { ...lease, untilMs });
        }
        return pauseMs;
      });
    },
  };
};
