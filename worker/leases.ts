import { ok } from 'neverthrow';
import type { Lease, Queue } from '../core/queue.ts';
import type { Clock } from '../core/world.ts';
import type { Poll } from './loop.ts';

/** What every lease says, whatever it is for. */
export type LeaseRef = Pick<Lease, 'taskId' | 'lease' | 'untilMs' | 'step'>;

/** The leases that this process holds of one pipeline: waiting to be begun, begun, or done and not yet reported. */
export type HeldLeases<L extends LeaseRef> = {
  add(leases: readonly L[]): void;
  /** As it stands after the last heartbeat; undefined where it is held no more, or its task was leased anew. */
  current(lease: L): L | undefined;
  drop(lease: L): void;
  clear(): void;
  /** Whether another batch may be taken. Where not, `onRoom` is called once there is room again. */
  hasRoom(): boolean;
  size(): number;
  /** Resolves once nothing is held. */
  whenEmpty(): Promise<void>;
  /** Makes the leases last. Those that are not ours any more are let go. */
  heartbeat: Poll;
};

export const createHeldLeases = <L extends LeaseRef>(
  queue: Pick<Queue, 'heartbeat'>,
  clock: Clock,
  /** `roomUpTo`: with so many in hand there still is room for a batch. */
  { leaseMs, roomUpTo }: { readonly leaseMs: number; readonly roomUpTo: number },
  onRoom: () => void,
): HeldLeases<L> => {
  const held = new Map<string, L>();
  let lacking = false;
  let onEmptied: () => void = () => {};

  const current: HeldLeases<L>['current'] = ({ taskId, lease }) => {
    const newest = held.get(taskId);
    return newest?.lease === lease ? newest : undefined;
  };

  const letGo: HeldLeases<L>['drop'] = (lease) => {
    if (current(lease) === undefined) return;
    held.delete(lease.taskId);
    if (held.size === 0) onEmptied();
    if (!lacking || held.size > roomUpTo) return;
    lacking = false;
    onRoom();
  };

  return {
    add: (leases) => {
      for (const lease of leases) held.set(lease.taskId, lease);
    },
    current,
    drop: letGo,
    clear: () => held.clear(),
    hasRoom: () => {
      lacking = held.size > roomUpTo;
      return !lacking;
    },
    size: () => held.size,
    whenEmpty: () =>
      new Promise((resolve) => {
        onEmptied = resolve;
        if (held.size === 0) resolve();
      }),
    heartbeat: async () => {
      const pauseMs = leaseMs / 3;
      const asked = [...held.values()];
      if (asked.length === 0) return ok(pauseMs);
      const untilMs = clock.nowMs() + leaseMs;
      const answer = await queue.heartbeat(asked, untilMs);
      return answer.map((ids) => {
        const kept = new Set(ids);
        for (const lease of asked) {
          if (!kept.has(lease.taskId)) letGo(lease);
          else if (current(lease) !== undefined) held.set(lease.taskId, { ...lease, untilMs });
        }
        return pauseMs;
      });
    },
  };
};
