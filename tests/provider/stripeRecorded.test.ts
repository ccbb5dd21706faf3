import { expect, test } from 'bun:test';
import { exchanges } from './stripeCalls.ts';
import recorded from './stripeRecorded.json' with { type: 'json' };

/** What Stripe's own mock server accepted, and what it answered: see `stripeMock.test.ts`. */
test('the adapter sends what Stripe’s mock server accepted, to the letter', async () => {
  let at = 0;
  const seen = await exchanges(async () => {
    const exchange = recorded[at++];
    if (exchange === undefined) throw new Error('more is sent than was recorded');
    return Response.json(exchange.answer, { status: exchange.status });
  });
  expect(seen.map(({ answer: _, ...sent }) => sent)).toEqual(recorded.map(({ answer: _, ...sent }) => sent));
  expect(recorded.every(({ status }) => status === 200)).toBe(true);
});
