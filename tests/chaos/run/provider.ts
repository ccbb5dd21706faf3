import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { scratchFolder } from '../../processes/cleanup.ts';
import { freePort } from '../../processes/server.ts';
import { type Bank, bankAt } from './cardholder.ts';
import { type Member, member } from './member.ts';
import { hurryBook, type ProviderBook, readBook } from './providerRecords.ts';

/** The payment provider of a run: in the members themselves, or a process of its own. */
export type Provider = {
  /** What the members are told of it. */
  readonly env: Readonly<Record<string, string>>;
  /** The processes to be killed. */
  readonly members: readonly Member[];
  /** Null where customers have no way to it. */
  readonly bank: Bank | null;
  /** Charges for a payment of ours under another key than its own, where there is a way. */
  readonly chargeLate: ((payment: LatePayment) => Promise<void>) | null;
  /** Lets time pass for what it waits with. Answers how much that was. */
  hurry(): Promise<number>;
  read(): Promise<ProviderBook>;
};

export type LatePayment = {
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
};

/** The simulator within the members: a schema of its own in Postgres, a file of its own beside a SQLite file. */
export const withinMembers = (databaseUrl: string): Provider => {
  const isFile = databaseUrl.startsWith('sqlite:');
  const url = isFile ? databaseUrl.replace(/(\.db)?$/, '.provider.db') : databaseUrl;
  const book = { url, table: isFile ? 'record' : 'simulated_provider.record' };
  return {
    env: { PAYMENT_PROVIDER: 'simulated' },
    members: [],
    bank: null,
    chargeLate: null,
    hurry: () => hurryBook(book),
    read: () => readBook(book),
  };
};

/** The simulator as a process of its own, which speaks as Stripe does, and tells `webhookUrl` what happens. */
export const besideMembers = async (webhookUrl: string, root: string | undefined): Promise<Provider> => {
  const databaseUrl = `sqlite:${join(scratchFolder('provider'), 'provider.db')}`;
  const [port, secret] = [await freePort(), `whsec_${randomBytes(16).toString('hex')}`];
  const one = await member('provider', 'provider', {
    program: 'server/simulator.ts',
    databaseUrl,
    port,
    env: { WEBHOOK_URL: webhookUrl, STRIPE_WEBHOOK_SECRET: secret, DUPLICATES: '0.2', SHUFFLE: '1' },
    ...(root !== undefined && { root }),
  });
  await one.ready();
  const book = { url: databaseUrl, table: 'record' };
  return {
    env: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_kill',
      STRIPE_WEBHOOK_SECRET: secret,
      STRIPE_API_URL: one.url,
    },
    members: [one],
    bank: bankAt(one.url),
    chargeLate: (payment) => chargeLate(one.url, payment),
    hurry: () => hurryBook(book),
    read: () => readBook(book),
  };
};

const chargeLate = async (url: string, { paymentId, amount, currency }: LatePayment): Promise<void> => {
  const headers = { authorization: 'Bearer sk_test_kill', 'idempotency-key': `late-${paymentId}` };
  const body = new URLSearchParams({
    amount: String(amount),
    currency: currency.toLowerCase(),
    payment_method: 'pm_card_visa',
    confirm: 'true',
    'metadata[payment_id]': paymentId,
  });
  await fetch(new URL('/v1/payment_intents', url), { method: 'POST', headers, body });
};
