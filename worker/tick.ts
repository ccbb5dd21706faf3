import { ok } from 'neverthrow';
import type { Pipeline } from '../core/pipelines.ts';
import type { Queue } from '../core/queue.ts';
import { retryAtMs } from '../core/retry.ts';
import type { World } from '../core/world.ts';
import type { Deliveries } from './deliveries.ts';
import type { Poll } from './loop.ts';

/**
 * One round for one pipeline: takes a batch, in which all `tx` steps run, and hands the leases on. It does not
 * wait for what becomes of them, so that one slow mail keeps no other task from being taken.
 */
export const tick =
  (
    pipeline: Pipeline,
    ports: { readonly queue: Queue; readonly world: World; readonly deliveries: Deliveries },
    settings: { readonly batchMax: number; readonly leaseMs: number; readonly pollMs: number },
  ): Poll =>
  async () => {
    const { queue, world, deliveries } = ports;
    const { batchMax, leaseMs, pollMs } = settings;
    if (!deliveries.hasRoom()) return ok(pollMs);
    const nowMs = world.clock.nowMs();
    const taken = await queue.take({
      pipeline,
      limit: batchMax,
      nowMs,
      leaseMs,
      retryAtMs: (attempts) => retryAtMs(attempts, nowMs, world.chance),
    });
    return taken.map(({ touched, leases }) => {
      deliveries.add(leases);
      return touched < batchMax ? pollMs : 0;
    });
  };
