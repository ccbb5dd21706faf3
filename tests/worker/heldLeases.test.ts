import { expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { Queue } from '../../core/queue.ts';
import { createHeldLeases } from '../../worker/heldLeases.ts';
import { createFixture } from './harness.ts';

/** Three held leases. There is room for another batch while at most one is held. */
const holdThree = async (heartbeat: Queue['heartbeat']) => {
  const { placePaidOrders, claimTasks, world } = await createFixture();
  await placePaidOrders(['digital', 'digital', 'digital']);
  const leases = await claimTasks('digital');
  const calls = { onRoom: 0 };
  const held = createHeldLeases({ heartbeat }, world.clock, { leaseMs: 30_000, roomUpTo: () => 1 }, () => {
    calls.onRoom++;
  });
  held.add(leases);
  return { held, leases, calls, world };
};

const extendAll: Queue['heartbeat'] = async (leases) => ok(leases.map(({ taskId }) => taskId));

test('onRoom is called once, when there is room again after hasRoom was false', async () => {
  const { held, leases, calls } = await holdThree(extendAll);
  expect(held.hasRoom()).toBe(false);
  const callsAfterDrops = leases.map((lease) => {
    held.drop(lease);
    return calls.onRoom;
  });
  expect(callsAfterDrops).toEqual([0, 1, 1]);
  expect(held.hasRoom()).toBe(true);

  const other = await holdThree(extendAll);
  for (const lease of other.leases) other.held.drop(lease);
  expect(other.calls.onRoom).toBe(0);
});

test('A lease that is dropped during a heartbeat stays dropped after it', async () => {
  let finishHeartbeat = () => {};
  const { held, leases, world } = await holdThree(async (given, untilMs) => {
    await new Promise<void>((resolve) => {
      finishHeartbeat = resolve;
    });
    return extendAll(given, untilMs);
  });
  world.advance(5_000);
  const heartbeat = held.heartbeat();
  const [dropped, kept] = leases;
  if (dropped === undefined || kept === undefined) throw new Error('expected three leases');
  held.drop(dropped);
  finishHeartbeat();
  expect((await heartbeat)._unsafeUnwrap()).toBe(10_000);
  expect(held.current(dropped)).toBeUndefined();
  expect(held.current(kept)).toEqual({ ...kept, untilMs: kept.untilMs + 5_000 });
  expect(held.size()).toBe(2);
});

test('An older lease of a task is no longer held after a newer one is added', async () => {
  const { held, leases } = await holdThree(extendAll);
  const [older] = leases;
  if (older === undefined) throw new Error('expected three leases');
  const newer = { ...older, lease: older.lease + 1 };
  held.add([newer]);
  expect(held.current(older)).toBeUndefined();
  held.drop(older);
  expect(held.current(newer)).toEqual(newer);
});
