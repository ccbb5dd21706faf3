import { expect, test } from 'bun:test';
import { createRequestPriority, shareWithServer } from '../../core/requestPriority.ts';
import { createManualTimer, waitTurns } from '../timer.ts';
import { createFixtureOpener, waitUntil, wereNotified, withQueue } from './harness.ts';

const openFixture = createFixtureOpener();

/** The store, and the limits with which a worker has claimed tasks of orders. */
const noteLimits = ({ store }: Pick<Awaited<ReturnType<typeof openFixture>>, 'store'>) => {
  const limits: number[] = [];
  const claim: typeof store.queue.claim = (query) => {
    limits.push(query.limit);
    return store.queue.claim(query);
  };
  return { limits, store: withQueue(store, { claim }) };
};

test('A worker claims fewer tasks at a time while requests are open, and goes on in between', async () => {
  const fixture = await openFixture();
  const orderIds = await fixture.placePaidOrders(['digital', 'digital', 'digital']);
  const { limits, store } = noteLimits(fixture);
  const timer = createManualTimer(fixture.world);
  const priority = createRequestPriority(timer, shareWithServer);
  void priority.serve(() => new Promise(() => {}));
  fixture.startWorker({ store, priority }, { pipelines: ['digital'], batchMax: 500, mailsMax: 100 });
  await waitUntil(() => wereNotified(fixture, orderIds));
  expect(new Set(limits)).toEqual(new Set([100]));
});

test('A worker claims whole batches while no request is open', async () => {
  const fixture = await openFixture();
  const orderIds = await fixture.placePaidOrders(['digital']);
  const { limits, store } = noteLimits(fixture);
  fixture.startWorker({ store }, { pipelines: ['digital'], batchMax: 500, mailsMax: 100 });
  await waitUntil(() => wereNotified(fixture, orderIds));
  expect(new Set(limits)).toEqual(new Set([500]));
});

test('A worker that stops waits for no request', async () => {
  const fixture = await openFixture();
  const priority = createRequestPriority(createManualTimer(fixture.world), shareWithServer);
  void priority.serve(() => new Promise(() => {}));
  const { claim } = fixture.store.queue;
  const slowClaim: typeof claim = async (query) => {
    fixture.world.advance(1_000);
    return claim(query);
  };
  const store = withQueue(fixture.store, { claim: slowClaim });
  const worker = fixture.startWorker({ store, priority });
  await waitTurns(5);
  await worker.stop();
});
