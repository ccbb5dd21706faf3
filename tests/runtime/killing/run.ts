import { type Dice, dice } from '../chance.ts';
import { check } from '../checker.ts';
import { repeatedMails } from '../checks/mails.ts';
import { addProduct, type Client, clientOf } from '../client.ts';
import { killAllApps } from '../processes.ts';
import { postgresServer } from '../server.ts';
import type { Snapshot } from '../snapshot.ts';
import { testFile } from '../sqlite.ts';
import { tokenFor } from '../tokens.ts';
import { type Violation, violation } from '../violation.ts';
import { readSnapshot } from './books.ts';
import { type Street, shop } from './customers.ts';
import { type Diary, diary as openDiary } from './diary.ts';
import { freezing, killing } from './faults.ts';
import { type Member, member } from './member.ts';
import { type PostOffice, postOffice } from './postOffice.ts';
import { comeToRest, readAll, retryFailed } from './rest.ts';

export type KillTest = {
  readonly database: 'postgres' | 'sqlite';
  readonly mails: 'smtp' | 'captured';
  readonly seconds: number;
  /** Decides what is done in which order; the processes' own timing nobody decides. */
  readonly seed: number;
  /** Another copy of the tree to run. */
  readonly root?: string;
};

const leaseMs = 2_000;
const customers = 24;

export const runKillTest = async (test: KillTest): Promise<readonly Violation[]> => {
  const chance = dice(test.seed);
  const ground = await prepare(test);
  const post = await postOffice(chance.fork());
  try {
    const members = await startMembers(test, ground.databaseUrl, post);
    const doors = members.filter(({ isDoor }) => isDoor).map(({ url }) => url);
    const operator = clientOf(doors[0] ?? '', await tokenFor('op@shop.test', 'operator'));
    const delivered = await stockShelves(operator);
    const diary = openDiary();
    say(`${test.database}, seed ${test.seed}: ${customers} customers for ${test.seconds} s`);
    await trade(
      test,
      members,
      ground,
      post,
      { urls: doors, productIds: [...delivered.keys()] },
      diary,
      chance,
    );

    post.calm();
    for (const one of members) await one.ready();
    const left = await comeToRest(ground.databaseUrl, operator);
    if (left > 0) say(`${left} things are still open`);
    const books = await readSnapshot(ground.databaseUrl, delivered);
    const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
    const finals = await readAll(operator, ids(books.orders), ids(books.audits));
    for (const one of members) await one.stop();
    const snapshot: Snapshot = {
      ...books,
      ...(test.mails === 'smtp' && { mails: post.mails }),
      told: { ...diary.told, ...finals },
    };
    summarise(snapshot);
    const deaths = members.flatMap((one) =>
      one.deaths.map((how) => violation('process_died', one.name, how)),
    );
    const broken = [...check(snapshot), ...deaths];
    if (broken.length > 0) tellErrors(members);
    return broken;
  } finally {
    await killAllApps();
    await post.close();
    await ground.remove();
  }
};

/** Customers and faults, side by side, until the time is over. */
const trade = async (
  { seconds }: KillTest,
  members: readonly Member[],
  { crash }: Ground,
  post: PostOffice,
  street: Street,
  diary: Diary,
  chance: Dice,
): Promise<void> => {
  const closing = AbortSignal.timeout(seconds * 1_000);
  const operators = await Promise.all(
    street.urls.map(async (url) => clientOf(url, await tokenFor('op@shop.test', 'operator'))),
  );
  const [toll, freezes] = await Promise.all([
    killing(members, crash, chance.fork(), closing),
    freezing(members, post, leaseMs, chance.fork(), closing),
    tend(operators, chance.fork(), closing),
    ...Array.from({ length: customers }, (_, at) =>
      shop(`customer${at}@shop.test`, street, diary, chance.fork(), closing),
    ),
  ]);
  say(`${toll.kills} kills, ${freezes} freezes, ${toll.crashes} crashes of the database; draining`);
};

/** Now and then an operator retries what failed. */
const tend = async (operators: readonly Client[], chance: Dice, over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    await new Promise((resolve) => setTimeout(resolve, chance.between(500, 3_000)));
    // Nobody may be there to do it just now.
    await retryFailed(chance.pick(operators)).catch(() => {});
  }
};

type Ground = {
  readonly databaseUrl: string;
  readonly crash: (() => Promise<void>) | null;
  remove(): Promise<void>;
};

/** A fresh database; the server's own one is as good as any. */
const prepare = async ({ database }: KillTest): Promise<Ground> => {
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
const startMembers = async (
  { database, mails, root }: KillTest,
  databaseUrl: string,
  post: PostOffice,
): Promise<readonly Member[]> => {
  const env = {
    LOG_LEVEL: 'warn',
    RECONCILE_AFTER_MS: '1000',
    PAYMENT_TIMEOUT_MS: '700',
    QUEUE_LEASE_MS: String(leaseMs),
    QUEUE_POLL_MS: '100',
    ...(mails === 'smtp' && { SMTP_URL: post.url }),
  };
  const roles =
    database === 'postgres' ? (['all', 'all', 'worker', 'worker'] as const) : (['all', 'worker'] as const);
  const members = [];
  for (const [at, role] of roles.entries()) {
    const one = await member(`${role} ${at + 1}`, {
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
const stockShelves = async (operator: Client): Promise<ReadonlyMap<string, number | null>> => {
  const delivered = new Map<string, number | null>();
  for (const type of ['physical', 'digital', 'service'])
    for (const [at, stock] of [null, null, 100_000, 150].entries()) {
      const code = `${type.toUpperCase()}${at}`;
      delivered.set(await addProduct(operator, { code, type, stock }), stock);
    }
  return delivered;
};

const summarise = ({ orders, payments, told, mails, charges, tasks }: Snapshot): void => {
  const tally = (values: readonly string[]) =>
    [...Map.groupBy(values, (value) => value)].map(([value, all]) => `${all.length} ${value}`).join(', ');
  say(`orders: ${tally(orders.map(({ status }) => status))}`);
  say(`payments: ${tally(payments.map(({ status }) => status))}; ${charges.length} charges in the book`);
  say(`answers to checkouts: ${tally(told.checkouts.map(({ said }) => said))}`);
  say(`failed tasks: ${tally(tasks.map(({ lastError }) => (lastError ?? '').replace(/:.*/, '')))}`);
  say(`${mails.length} mails, ${repeatedMails(mails)} of them a second time under the same Message-ID`);
};

/** What the processes said of themselves that may explain it; refusals by an absent database do not. */
const tellErrors = (members: readonly Member[]): void => {
  const lines = members.flatMap((one) => one.output().split('\n'));
  const errors = lines.filter(
    (line) => line.includes('"level":"error"') && !line.includes('request refused'),
  );
  for (const line of errors.slice(0, 20)) say(line.slice(0, 1_500));
};

const say = (line: string): void => console.log(line);
