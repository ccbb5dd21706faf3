import { describe, expect, test } from 'bun:test';
import { awaitStripe, createStripePay, type StripeScript } from '../../web/shared/stripeCard.ts';

type Answers = {
  readonly submit?: { readonly error?: { readonly message?: string } };
  readonly method?: {
    readonly paymentMethod?: { readonly id: string };
    readonly error?: { message?: string };
  };
  readonly fails?: boolean;
};

/** Stands for Stripe's script, and notes what it is asked for. */
const createScript = ({
  submit = {},
  method = { paymentMethod: { id: 'pm_1' } },
  fails = false,
}: Answers = {}) => {
  const asked: unknown[] = [];
  const script: StripeScript = (key, options) => {
    asked.push({ key, ...options });
    return {
      elements: (request) => {
        asked.push(request);
        return {
          create: () => ({
            mount: () => undefined,
            on: () => undefined,
            focus: () => undefined,
            destroy: () => asked.push('destroyed'),
          }),
          submit: async () => submit,
        };
      },
      createPaymentMethod: async () => {
        asked.push('method');
        if (fails) throw new Error('blocked');
        return method;
      },
      handleNextAction: async ({ clientSecret }) => {
        asked.push(clientSecret);
        if (fails) throw new Error('blocked');
        return {};
      },
    };
  };
  return { script, asked };
};

const fieldOf = (script: StripeScript) =>
  createStripePay(script, 'pk_1', 'vi').createCardField({
    amount: 129_000,
    currency: 'VND',
    isDark: false,
    onReady: () => undefined,
    onFailure: () => undefined,
  });

describe('Paying by card with Stripe', () => {
  test('Its field gets the amount and the currency as Stripe writes them, and takes cards alone', async () => {
    const { script, asked } = createScript();
    expect(await fieldOf(script).read()).toEqual({ kind: 'ok', method: 'pm_1' });
    expect(asked[0]).toEqual({ key: 'pk_1', locale: 'vi' });
    expect(asked[1]).toMatchObject({
      mode: 'payment',
      amount: 129_000,
      currency: 'vnd',
      paymentMethodCreation: 'manual',
      paymentMethodTypes: ['card'],
    });
  });

  test('No payment method is made of a card that is not filled in', async () => {
    const { script, asked } = createScript({ submit: { error: { message: 'Incomplete' } } });
    expect(await fieldOf(script).read()).toEqual({ kind: 'refused', message: 'Incomplete' });
    expect(asked).not.toContain('method');
  });

  test.each<[string, Answers]>([
    ['an error', { method: { error: { message: 'No' } } }],
    ['nothing', { method: {} }],
    ['an exception', { fails: true }],
  ])('%s in place of a payment method is a refusal', async (_, answers) => {
    const read = await fieldOf(createScript(answers).script).read();
    expect(read.kind).toBe('refused');
  });

  test('The end of a challenge is no success by itself, and no failure either', async () => {
    const { script, asked } = createScript({ fails: true });
    expect(await createStripePay(script, 'pk_1', 'en').confirm('secret_1')).toBeUndefined();
    expect(asked).toContain('secret_1');
  });
});

describe("Stripe's script", () => {
  const { script } = createScript();

  test('It is waited for while it loads', async () => {
    const element = new EventTarget();
    let found: StripeScript | undefined;
    const waiting = awaitStripe({ find: () => found, element: () => element, isLoaded: () => false });
    found = script;
    element.dispatchEvent(new Event('load'));
    expect(await waiting).toBe(script);
  });

  test('There is none if it was blocked', async () => {
    const element = new EventTarget();
    const waiting = awaitStripe({ find: () => undefined, element: () => element, isLoaded: () => false });
    element.dispatchEvent(new Event('error'));
    expect(await waiting).toBeNull();
  });

  test('There is none where the document does not load it, or is done without it', async () => {
    expect(
      await awaitStripe({ find: () => undefined, element: () => null, isLoaded: () => false }),
    ).toBeNull();
    expect(
      await awaitStripe({ find: () => undefined, element: () => new EventTarget(), isLoaded: () => true }),
    ).toBeNull();
  });
});
