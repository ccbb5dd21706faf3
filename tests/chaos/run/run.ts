import { clientOf } from '../../processes/client.ts';
import { killAllApps } from '../../processes/processes.ts';
import { type Dice, dice } from '../../processes/random.ts';
import { tokenFor } from '../../processes/tokens.ts';
import { check } from '../checker.ts';
import { type Violation, violation } from '../violation.ts';
import { type Street, shop } from './customers.ts';
import { everyDanger, freezing, killing } from './faults.ts';
import {
  type Ground,
  type KillTest,
  leaseMs,
  policyOf,
  prepare,
  startMembers,
  stockShelves,
} from './harness.ts';
import { comeLate } from './lateCharges.ts';
import type { Member } from './member.ts';
import { operate } from './operators.ts';
import { type Diary, diary as openDiary } from './recordClientLog.ts';
import { comeToRest } from './rest.ts';
import { errorsOf, summaryOf } from './summary.ts';
import { lookAround } from './takeSnapshot.ts';
import { passTime } from './time.ts';

const customers = 24;

export const runKillTest = async (test: KillTest): Promise<readonly Violation[]> => {
  const chance = dice(test.seed);
  const ground = await prepare(test, chance);
  try {
    const shops = await startMembers(test, ground);
    const members = [...shops, ...ground.provider.members];
    const urls = shops.filter(({ part }) => part === 'door').map(({ url }) => url);
    ground.postman.serve(urls);
    const operator = clientOf(urls[0] ?? '', await tokenFor('op@shop.test', 'operator'));
    const delivered = await stockShelves(operator);
    const diary = openDiary();
    const sinceMs = Date.now();
    say(
      `${test.database}, ${test.provider}, seed ${test.seed}: ${customers} customers for ${test.seconds} s`,
    );
    const street = { urls, productIds: [...delivered.keys()], bank: ground.provider.bank };
    await trade(test, members, ground, street, diary, chance);

    ground.post.calm();
    ground.postman.calm();
    for (const one of members) await one.ready();
    const left = await comeToRest(ground.databaseUrl, ground.provider, policyOf(test.seed), operator);
    if (left > 0) say(`${left} things are still open`);
    const seen = await lookAround({
      ...ground,
      policy: policyOf(test.seed),
      operator,
      delivered,
      spoken: diary.told,
      sinceMs,
    });
    const snapshot = test.mails === 'smtp' ? { ...seen, mails: ground.post.mails } : seen;
    for (const one of members) await one.stop();
    for (const line of summaryOf(snapshot)) say(line);
    const deaths = members.flatMap((one) =>
      one.deaths.map((how) => violation('process_died', one.name, how)),
    );
    const broken = [...check(snapshot), ...deaths];
    if (broken.length > 0) for (const line of errorsOf(members)) say(line);
    return broken;
  } finally {
    await killAllApps();
    await ground.remove();
  }
};

/** Customers, operators and faults, side by side, until the time is over. */
const trade = async (
  { seconds, dangers = everyDanger }: KillTest,
  members: readonly Member[],
  { crash, post, databaseUrl, provider }: Ground,
  street: Street,
  diary: Diary,
  chance: Dice,
): Promise<void> => {
  const closing = AbortSignal.timeout(seconds * 1_000);
  const [toll, freezes] = await Promise.all([
    killing(members, crash, dangers, chance.fork(), closing),
    freezing(members, post, leaseMs, dangers, chance.fork(), closing),
    passTime(databaseUrl, chance.fork(), closing),
    provider.chargeLate && comeLate(databaseUrl, provider.chargeLate, chance.fork(), closing),
    operate(street.urls, diary, chance.fork(), closing),
    ...Array.from({ length: customers }, (_, at) =>
      shop(`customer${at}@shop.test`, street, diary, chance.fork(), closing),
    ),
  ]);
  say(`${toll.kills} kills, ${freezes} freezes, ${toll.crashes} crashes of the database; draining`);
};

const say = (line: string): void => console.log(line);
