import { expect, test } from 'bun:test';
import type { Mailer } from '../../core/mail.ts';
import { sleep } from '../../core/timer.ts';
import { createRoom } from '../../worker/room.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { createFixtureOpener, waitUntil, wereNotified } from './harness.ts';

const open = createFixtureOpener();

test('A worker claims what it can do in two seconds, but never less than keeps it busy', async () => {
  const timer = createManualTimer(createTestWorld());
  const room = createRoom(timer, { parallelMax: 20, batchMax: 500 });
  const measureMany = async (ms: number) => {
    for (let number = 0; number < 100; number++) {
      const ended = room.begin();
      await timer.advance(ms);
      ended();
    }
    return room.tasksMax();
  };
  expect(room.tasksMax()).toBe(100);
  expect(await measureMany(10)).toBe(500);
  expect(await measureMany(1_000)).toBe(40);
  expect(await measureMany(14_000)).toBe(20);
  expect(await measureMany(400)).toBe(99);
});

test('A worker with few mails at once still claims some of the newest tasks', () => {
  const timer = createManualTimer(createTestWorld());
  expect(createRoom(timer, { parallelMax: 1, batchMax: 500 }).tasksMax()).toBe(8);
  expect(createRoom(timer, { parallelMax: 1, batchMax: 1 }).tasksMax()).toBe(1);
});

test('A new order is completed and told within seconds while a slow mail server has a backlog', async () => {
  const fixture = await open();
  const backlog = await fixture.placePaidOrders(Array(400).fill('digital'));
  const sent = new Set<string>();
  let stepMs = 400;
  const timer = createManualTimer(fixture.world);
  const mailer: Mailer = {
    send: async ({ orderIds: [orderId = ''] }) => {
      await sleep(timer, stepMs);
      sent.add(orderId);
      return { kind: 'accepted' };
    },
  };
  const { advance } = fixture.startWorker(
    { mailer },
    { pipelines: ['digital'], mailsMax: 10, batchMax: 500 },
  );
  const advanceBoth = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      await advance(100);
      await timer.advance(0);
    }
  };
  await advanceBoth(1_000);
  stepMs = 2_000;
  await advanceBoth(6_000);
  const [orderId = ''] = await fixture.placePaidOrders(['digital']);
  await advanceBoth(5_000);
  expect(await fixture.statuses([orderId])).toEqual(['completed']);
  await advanceBoth(5_000);
  expect(sent.has(orderId)).toBe(true);
  expect(sent.size).toBeLessThan(200);
  stepMs = 10;
  await advanceBoth(20_000);
  await waitUntil(() => wereNotified(fixture, backlog));
});
