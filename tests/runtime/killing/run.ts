import { type Dice, dice } from '../chance.ts';
import { check } from '../checker.ts';
import { repeatedMails } from '../checks/mails.ts';
import { type Client, clientOf } from '../client.ts';
import { killAllApps } from '../processes.ts';
import type { Snapshot } from '../snapshot.ts';
import { tokenFor } from '../tokens.ts';
import { type Violation, violation } from '../violation.ts';
import { readSnapshot } from './books.ts';
import { type Street, shop } from './customers.ts';
import { type Diary, diary as openDiary } from './diary.ts';
import { everyDanger, freezing, killing } from './faults.ts';
import { type Ground, type KillTest, leaseMs, prepare, startMembers, stockShelves } from './ground.ts';
import type { Member } from './member.ts';
import { type PostOffice, postOffice } from './postOffice.ts';
import { comeToRest, readAll, retryFailed } from './rest.ts';

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
  { seconds, dangers = everyDanger }: KillTest,
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
    killing(members, crash, dangers, chance.fork(), closing),
    freezing(members, post, leaseMs, dangers, chance.fork(), closing),
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
