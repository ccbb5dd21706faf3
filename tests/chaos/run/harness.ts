import { addProduct, type Client } from '../../processes/client.ts';
import type { Dice } from '../../processes/random.ts';
import { postgresServer } from '../../processes/server.ts';
import { testFile } from '../../processes/sqlite.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Dangers } from './faults.ts';
import { type Member, member } from './member.ts';
import { besideMembers, type Provider, withinMembers } from './provider.ts';
import { type PostOffice, postOffice } from './smtpSink.ts';
import { type Postman, postman } from './webhookProxy.ts';

export type KillTest = {
  readonly database: 'postgres' | 'sqlite';
  readonly mails: 'smtp' | 'captured';
  /** `stripe`: the simulator as a process of its own, over Stripe's adapter. */
  readonly provider: 'stripe' | 'simulated';
  readonly seconds: number;
  /** Decides what is done in which order; the processes' own timing nobody decides. */
  readonly seed: number;
  /** Every one, where left out. */
  readonly dangers?: Dangers;
  /** Another copy of the tree to run. */
  readonly root?: string;
};

export const leaseMs = 2_000;

/** What becomes of orders that cannot be had: the one and the other, by seed. */
export const policyOf = (seed: number): Snapshot['policy'] => (seed % 2 === 0 ? 'refund' : 'hold');

/** What the members stand on. */
export type Ground = {
  readonly databaseUrl: string;
  readonly crash: (() => Promise<void>) | null;
  readonly post: PostOffice;
  readonly postman: Postman;
  readonly provider: Provider;
  remove(): Promise<void>;
};

/** A fresh database, a mail server and a payment provider. */
export const prepare = async (test: KillTest, chance: Dice): Promise<Ground> => {
  const { databaseUrl, crash, remove } = await freshDatabase(test);
  const post = await postOffice(chance.fork());
  const carrier = await postman(chance.fork());
  const provider =
    test.provider === 'stripe' ? await besideMembers(carrier.url, test.root) : withinMembers(databaseUrl);
  return {
    databaseUrl,
    crash,
    post,
    postman: carrier,
    provider,
    remove: async () => {
      await Promise.all([post.close(), carrier.close()]);
      await remove();
    },
  };
};

/** The server's own one is as good as any. */
const freshDatabase = async ({
  database,
}: KillTest): Promise<Pick<Ground, 'databaseUrl' | 'crash' | 'remove'>> => {
  if (database === 'sqlite') {
    const { url, drop } = await testFile();
    return { databaseUrl: url, crash: null, remove: drop };
  }
  const server = await postgresServer({ fsync: true });
  return {
    databaseUrl: server.url('postgres'),
    crash: async () => {
      await server.crash();
      await server.start();
    },
    remove: server.remove,
  };
};

/** Two that sell and two that work on a server; one of each on a file. */
export const startMembers = async (
  { database, mails, root, seed }: KillTest,
  { databaseUrl, provider, post }: Pick<Ground, 'databaseUrl' | 'provider' | 'post'>,
): Promise<readonly Member[]> => {
  const env = {
    LOG_LEVEL: 'warn',
    RECONCILE_AFTER_MS: '1000',
    PAYMENT_TIMEOUT_MS: '700',
    QUEUE_LEASE_MS: String(leaseMs),
    QUEUE_POLL_MS: '100',
    // Enough for the mails that are held back, so that others go on.
    MAILS_MAX: '200',
    ON_UNFULFILLABLE: policyOf(seed),
    ...provider.env,
    ...(mails === 'smtp' && { SMTP_URL: post.url }),
  };
  const roles =
    database === 'postgres' ? (['all', 'all', 'worker', 'worker'] as const) : (['all', 'worker'] as const);
  const members = [];
  for (const [at, role] of roles.entries()) {
    const one = await member(`${role} ${at + 1}`, role === 'worker' ? 'worker' : 'door', {
      databaseUrl,
      env,
      role,
      ...(root !== undefined && { root }),
    });
    await one.ready();
    members.push(one);
  }
  return members;
};

/** Some things without end, and some that run out. Answers how many came of each product. */
export const stockShelves = async (operator: Client): Promise<ReadonlyMap<string, number | null>> => {
  const delivered = new Map<string, number | null>();
  for (const type of ['physical', 'digital', 'service'])
    for (const [at, stock] of [null, 100_000, 60, 20].entries()) {
      const code = `${type.toUpperCase()}${at}`;
      delivered.set(await addProduct(operator, { code, type, stock }), stock);
    }
  return delivered;
};
