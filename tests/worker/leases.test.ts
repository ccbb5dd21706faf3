import { expect, test } from 'bun:test';
import { ok } from 'neverthrow';
import type { Queue } from '../../core/queue.ts';
import { createHeldLeases } from '../../worker/leases.ts';
import { workplace } from './harness.ts';

/** Three leases, and room for more with one of them. */
const three = async (heartbeat: Queue['heartbeat']) => {
  const { sell, taken, world } = await workplace();
  await sell(['digital', 'digital', 'digital']);
  const leases = await taken('digital');
  const told = { room: 0 };
  const held = createHeldLeases({ heartbeat }, world.clock, { leaseMs: 30_000, roomUpTo: 1 }, () => {
    told.room++;
  });
  held.add(leases);
  return { held, leases, told, world };
};

const allKept: Queue['heartbeat'] = async (leases) => ok(leases.map(({ taskId }) => taskId));

test('room is told of once, when there is some again, and only to who lacked it', async () => {
  const { held, leases, told } = await three(allKept);
  expect(held.hasRoom()).toBe(false);
  const seen = leases.map((lease) => {
    held.drop(lease);
    return told.room;
  });
  expect(seen).toEqual([0, 1, 1]);
  expect(held.hasRoom()).toBe(true);

  const other = await three(allKept);
  for (const lease of other.leases) other.held.drop(lease);
  expect(other.told.room).toBe(0);
});

test('what was let go during a heartbeat does not come back by it', async () => {
  let beat = () => {};
  const { held, leases, world } = await three(async (given, untilMs) => {
    await new Promise<void>((resolve) => {
      beat = resolve;
    });
    return allKept(given, untilMs);
  });
  world.advance(5_000);
  const beating = held.heartbeat();
  const [gone, kept] = leases;
  if (gone === undefined || kept === undefined) throw new Error('there are three');
  held.drop(gone);
  beat();
  expect((await beating)._unsafeUnwrap()).toBe(10_000);
  expect(held.current(gone)).toBeUndefined();
  expect(held.current(kept)).toEqual({ ...kept, untilMs: kept.untilMs + 5_000 });
  expect(held.size()).toBe(2);
});

test('an older lease of a task is nobody’s once the task was leased anew', async () => {
  const { held, leases } = await three(allKept);
  const [older] = leases;
  if (older === undefined) throw new Error('there are three');
  const newer = { ...older, lease: older.lease + 1 };
  held.add([newer]);
  expect(held.current(older)).toBeUndefined();
  held.drop(older);
  expect(held.current(newer)).toEqual(newer);
});
