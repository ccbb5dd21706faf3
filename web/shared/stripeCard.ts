/**
 * Paying by card with Stripe's own script, the way Stripe documents for servers that confirm: the card is typed into
 * Stripe's frame, the script makes a payment method of it, and the shop charges that. No card number reaches the shop.
 */

type StripeError = { readonly message?: string };

type PaymentElement = {
  readonly mount: (element: HTMLElement) => void;
  readonly on: (event: 'ready' | 'loaderror', listener: () => void) => void;
  readonly focus: () => void;
  readonly destroy: () => void;
};

type Elements = {
  readonly create: (kind: 'payment', options: object) => PaymentElement;
  readonly submit: () => Promise<{ readonly error?: StripeError }>;
};

type StripeClient = {
  readonly elements: (options: object) => Elements;
  readonly createPaymentMethod: (options: {
    readonly elements: Elements;
  }) => Promise<{ readonly paymentMethod?: { readonly id: string }; readonly error?: StripeError }>;
  readonly handleNextAction: (options: {
    readonly clientSecret: string;
  }) => Promise<{ readonly error?: StripeError }>;
};

/** What Stripe's script puts into the page. */
export type StripeScript = (publishableKey: string, options: { readonly locale: string }) => StripeClient;

/** `message` is Stripe's own, in the language of the page. Empty if it says nothing. */
export type CardResult =
  | { readonly kind: 'ok'; readonly method: string }
  | { readonly kind: 'refused'; readonly message: string };

export type CardField = {
  readonly mount: (element: HTMLElement) => void;
  /** Makes a payment method of what was typed. */
  readonly read: () => Promise<CardResult>;
  readonly focus: () => void;
  readonly close: () => void;
};

type CardFieldRequest = {
  readonly amount: number;
  readonly currency: string;
  readonly isDark: boolean;
  readonly onReady: () => void;
  readonly onFailure: () => void;
};

export type StripePay = ReturnType<typeof createStripePay>;

export const createStripePay = (script: StripeScript, publishableKey: string, language: string) => {
  const stripe = script(publishableKey, { locale: language });
  return {
    createCardField: ({ amount, currency, isDark, onReady, onFailure }: CardFieldRequest): CardField => {
      const elements = stripe.elements({
        mode: 'payment',
        amount,
        currency: currency.toLowerCase(),
        paymentMethodCreation: 'manual',
        paymentMethodTypes: ['card'],
        appearance: { theme: isDark ? 'night' : 'stripe' },
      });
      const element = elements.create('payment', {});
      element.on('ready', onReady);
      element.on('loaderror', onFailure);
      return {
        mount: element.mount,
        focus: () => element.focus(),
        close: () => element.destroy(),
        read: async () => {
          try {
            const { error: unready } = await elements.submit();
            if (unready !== undefined) return refused(unready);
            const { paymentMethod, error } = await stripe.createPaymentMethod({ elements });
            return paymentMethod === undefined ? refused(error) : { kind: 'ok', method: paymentMethod.id };
          } catch {
            return refused(undefined);
          }
        },
      };
    },

    /** The bank's question, in a window of Stripe's. What came of it, the shop says: a return alone is no success. */
    confirm: async (clientSecret: string): Promise<void> => {
      try {
        await stripe.handleNextAction({ clientSecret });
      } catch {
        // The shop knows the outcome, whatever happened here.
      }
    },
  };
};

const refused = (error: StripeError | undefined): CardResult => ({
  kind: 'refused',
  message: error?.message ?? '',
});

type ScriptPorts = {
  readonly find: () => StripeScript | undefined;
  /** The script's element in the document. Null where the shop does not charge by Stripe. */
  readonly element: () => Pick<EventTarget, 'addEventListener'> | null;
  readonly isLoaded: () => boolean;
};

/** Stripe's script, when it has loaded. Null if it cannot be had: blocked, or no connection. */
export const awaitStripe = ({ find, element, isLoaded }: ScriptPorts): Promise<StripeScript | null> =>
  new Promise((resolve) => {
    const end = () => resolve(find() ?? null);
    const script = element();
    if (find() !== undefined || script === null || isLoaded()) return end();
    script.addEventListener('load', end);
    script.addEventListener('error', end);
  });

const scriptStart = 'script[src^="https://js.stripe.com/"]';

export const browserStripePorts = (): ScriptPorts => ({
  find: () => (globalThis as { readonly Stripe?: StripeScript }).Stripe,
  element: () => document.querySelector<HTMLScriptElement>(scriptStart),
  // After `load` of the whole page, its scripts have loaded or failed.
  isLoaded: () => document.readyState === 'complete',
});
