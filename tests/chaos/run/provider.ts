import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createScratchFolder } from '../../processes/cleanup.ts';
import { freePort } from '../../processes/server.ts';
import { createFinishChallenge, type FinishChallenge } from './cardholder.ts';
import { type ManagedProcess, startManagedProcess } from './managedProcess.ts';
import { createSendToProvider, type SendToProvider } from './providerActs.ts';
import { type ProviderRecords, readProviderRecords, skipProviderWaits } from './providerRecords.ts';

/** The payment provider of a run: inside the processes under test, or a process of its own. */
export type Provider = {
  /** The settings that the processes under test need to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Its own processes, which are killed too. */
  readonly processes: readonly ManagedProcess[];
  /** Null where it has no challenges that a customer can finish. */
  readonly finishChallenge: FinishChallenge | null;
  /** Charges a payment of ours under another key than its own; null where that is not possible. */
  readonly chargeLate: ((payment: LatePayment) => Promise<void>) | null;
  /** What its dashboard and banks do; null where that is not possible. */
  readonly send: SendToProvider | null;
  /** Makes everything that it delays due now. Returns how much was due. */
  skipWaits(): Promise<number>;
  readRecords(): Promise<ProviderRecords>;
};

export type LatePayment = {
  readonly paymentId: string;
  readonly amount: number;
  readonly currency: string;
};

/** The sandbox inside the processes: its own schema in PostgreSQL, its own file next to a SQLite file. */
export const createInProcessProvider = (databaseUrl: string): Provider => {
  const isFile = databaseUrl.startsWith('sqlite:');
  const url = isFile ? databaseUrl.replace(/(\.db)?$/, '.provider.db') : databaseUrl;
  const recordTable = { url, table: isFile ? 'record' : 'simulated_provider.record' };
  return {
    env: { PAYMENT_PROVIDER: 'simulated' },
    processes: [],
    finishChallenge: null,
    chargeLate: null,
    send: null,
    skipWaits: () => skipProviderWaits(recordTable),
    readRecords: () => readProviderRecords(recordTable),
  };
};

/** The sandbox in a process of its own, which speaks Stripe's protocol and sends webhooks to `webhookUrl`. */
export const startProviderProcess = async (
  webhookUrl: string,
  root: string | undefined,
): Promise<Provider> => {
  const databaseUrl = `sqlite:${join(createScratchFolder('provider'), 'provider.db')}`;
  const [port, secret] = [await freePort(), `whsec_${randomBytes(16).toString('hex')}`];
  const simulator = await startManagedProcess('provider', 'provider', {
    program: 'server/simulator.ts',
    databaseUrl,
    port,
    env: { WEBHOOK_URL: webhookUrl, STRIPE_WEBHOOK_SECRET: secret, DUPLICATES: '0.2', SHUFFLE: '1' },
    ...(root !== undefined && { root }),
  });
  await simulator.ready();
  const recordTable = { url: databaseUrl, table: 'record' };
  return {
    env: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_kill',
      STRIPE_WEBHOOK_SECRET: secret,
      STRIPE_API_URL: simulator.url,
    },
    processes: [simulator],
    finishChallenge: createFinishChallenge(simulator.url),
    chargeLate: (payment) => chargeLate(simulator.url, payment),
    send: createSendToProvider(simulator.url),
    skipWaits: () => skipProviderWaits(recordTable),
    readRecords: () => readProviderRecords(recordTable),
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
