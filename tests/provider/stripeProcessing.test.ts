import { expect, test } from 'bun:test';
import { createFakeStripe, error, intent, json, keyTaken, type Reply } from './fakeStripe.ts';
import { chargeRequest } from './harness.ts';

const challenged = intent({ status: 'requires_action' });

test.each<[string, readonly Reply[]]>([
  ['before the cancel', [json(intent({ status: 'processing' }))]],
  [
    'during the cancel',
    [
      json(challenged),
      json(challenged),
      json(challenged),
      error(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' }),
      json(intent({ status: 'processing' })),
    ],
  ],
])(
  'A cancel of a charge that the bank began to process %s says that it is processing',
  async (_, replies) => {
    const { provider } = createFakeStripe([keyTaken, ...replies]);
    expect(await provider.cancel(chargeRequest('a'))).toEqual({ kind: 'processing', reference: 'pi_1' });
  },
);
