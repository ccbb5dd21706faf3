import { createHmac } from 'node:crypto';

export const webhookSecret = 'whsec_a_secret_of_the_tests';

/**
 * The header `Stripe-Signature` of a body that is signed at `atMs`
 * (https://docs.stripe.com/webhooks/signature).
 */
export const signatureOf = (body: string, atMs: number, secret: string = webhookSecret): string => {
  const seconds = Math.floor(atMs / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
};

/** The body of Stripe's event that a payment succeeded. */
export const eventText = (id: string, paymentId: string): string =>
  JSON.stringify({
    id,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1_772_352_000,
    data: {
      object: {
        id: 'pi_1',
        object: 'payment_intent',
        status: 'succeeded',
        metadata: { payment_id: paymentId },
      },
    },
  });
