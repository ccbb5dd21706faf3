import { expect, test } from 'bun:test';
import { type Exchange, runScenarios } from './stripeCalls.ts';
import recorded from './stripeRecorded.json' with { type: 'json' };

/** The recording has the requests that Stripe's own mock server accepted: see `stripeMock.test.ts`. */
test('The adapter sends exactly the requests that Stripe’s mock server accepted', async () => {
  let next = 0;
  const exchanges = await runScenarios(async () => {
    const exchange = recorded[next++];
    if (exchange === undefined) throw new Error('the adapter sends more requests than were recorded');
    return Response.json(exchange.response, { status: exchange.status });
  });
  const requestsOf = (all: readonly Exchange[]) => all.map(({ response: _, ...request }) => request);
  expect(requestsOf(exchanges)).toEqual(requestsOf(recorded));
  expect(recorded.every(({ status }) => status === 200)).toBe(true);
});
