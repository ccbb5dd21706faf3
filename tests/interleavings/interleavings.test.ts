import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createArchive } from '../../adapters/postgres/archive/archive.ts';
import { connect } from '../../adapters/postgres/connection.ts';
import { partitionTables } from '../../adapters/postgres/partitions/convert.ts';
import { addMonthsAhead, emptyMonth } from '../../adapters/postgres/partitions/months.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { grounds } from './grounds/index.ts';
import { allLostAnswers } from './lostAnswers.ts';
import { methodsOf, portsOfVerbs, portsWithoutVerb } from './ports.ts';
import { allPairs, exploreScenario, nameOf } from './scenario.ts';
import { type BuiltGround, buildGround, openStage, type Stage } from './stage.ts';
import { allTriples, namesInTriples } from './triples.ts';

describe('The verbs that are stepped beside one another', () => {
  test('Every method of a store has a verb, or a reason to have none', () => {
    // Nothing connects before the first statement.
    const sql = connect({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const partitions = { partitionTables, addMonthsAhead, emptyMonth };
    const methods = methodsOf({
      ...{ ...createStore(sql, createTestWorld()), archive: createArchive(sql), partitions },
    });
    const verbs = portsOfVerbs();
    expect(methods.filter((name) => !verbs.has(name) && !portsWithoutVerb.includes(name))).toEqual([]);
    expect([...verbs, ...portsWithoutVerb].filter((name) => !methods.includes(name))).toEqual([]);
    expect(portsWithoutVerb.filter((name) => verbs.has(name))).toEqual([]);
  });

  test('Every method that has a verb loses its connection too', () => {
    const lost = new Set(allLostAnswers().map(({ ground, verb }) => ground.verbs[verb]?.port));
    expect([...portsOfVerbs()].filter((port) => !lost.has(port))).toEqual([]);
  });

  test('Every verb of a triple exists', () => {
    const wrong = namesInTriples().filter(
      ([ground, verb]) => grounds.find(({ name }) => name === ground)?.verbs[verb] === undefined,
    );
    expect(wrong).toEqual([]);
    expect(allTriples().length).toBeGreaterThanOrEqual(30);
    expect(allPairs().length).toBeGreaterThanOrEqual(200);
  });
});

/** A few of all scenarios, and those that once were broken. `bun run test:interleavings` runs all. */
const chosen = [
  'pending orders: claim [a, b] × claim [b, a]',
  'pending orders: claim [a, b] × change the quantity of a',
  'pending orders: claim [a, b] × claim the other order',
  'an open payment: record a success × record a decline',
  'an open payment: recover what is due × recover what is due',
  'a released key: claim the key again × claim the key alone',
  'a payment in recovery: recover what is due × claim b',
  'a leased task: refund a × report that it is done',
  'a completed checkout: refund 60 % of a × refund 60 % of a again',
  'a completed checkout: adopt a refund of all × the adopted part failed',
  'a completed checkout: assign the adopted part × the adopted part failed',
  'a charge with a part of no order: refund a × refund c',
  'two refunds of one charge: the refund of a failed × the refund of c failed',
  'events of a subscription: report it as failed × end the subscription',
  'events of a subscription: end the subscription × send a test',
  'events of a subscription: end the subscription × resend a delivery',
  'events of a subscription: create a webhook × change the quantity',
  'a run of a topic: end the topic × create the topic again',
  'parked tasks: erase the customer × erase the customer',
  'a run of a topic: claim a run when the lease has ended × report the run as failed',
  'a run of a batch: claim a run when the lease has ended × report the run as failed',
  'an old month: archive the history × refund a',
];

/** A pair with few orders, of which some differ only in steps that commute. */
const reduced = 'an open payment: record a success × add to the stock';

/** Schedules in which a fault was found. */
const found: Readonly<Record<string, string>> = {
  'a completed checkout: adopt a refund of all × the adopted part failed':
    '0,0,1,1,0,0,0,0,0,0,1,0,0,0,1,0,0,1',
  'a run of a topic: end the topic × create the topic again': '1,1,0,0,0,0,0,1,1',
  'parked tasks: erase the customer × erase the customer':
    '1,0,0,1,1,1,1,0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0',
};

describe.skipIf(!(await postgresAvailable()))('Verbs on PostgreSQL, statement by statement', () => {
  let database: TestDatabase;
  let stage: Stage;
  let built: BuiltGround | null = null;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await openStage(database.url, { prepared: true });
  });
  afterAll(async () => {
    await stage.close();
    await database.drop();
  });

  test.each(chosen)('No order of the steps breaks a rule: %s', async (name) => {
    const scenario = allPairs().find((each) => nameOf(each) === name);
    if (scenario === undefined) throw new Error('there is no such pair');
    if (built?.spec !== scenario.ground) built = await buildGround(stage, scenario.ground);
    const { random } = createTestWorld(0, 1);
    const schedule = found[name]?.split(',').map(Number) ?? null;
    if (schedule !== null) {
      const again = await exploreScenario(stage, built, scenario, { max: 1, random, only: schedule });
      expect(again.broken).toBeNull();
    }
    const { broken, schedules } = await exploreScenario(stage, built, scenario, { max: 8, random });
    expect(broken).toBeNull();
    expect(schedules).toBeGreaterThan(0);
  });

  test('Orders that are left out come to nothing that the others do not', async () => {
    const scenario = allPairs().find((each) => nameOf(each) === reduced);
    if (scenario === undefined) throw new Error('there is no such pair');
    built = await buildGround(stage, scenario.ground);
    const [some, all] = [true, false].map((isReduced) => ({
      ...{ max: 1_000, isReduced, random: createTestWorld(0, 1).random },
    }));
    if (some === undefined || all === undefined) throw new Error('there are no options');
    const part = await exploreScenario(stage, built, scenario, some);
    const whole = await exploreScenario(stage, built, scenario, all);
    expect([part.isWhole, whole.isWhole]).toEqual([true, true]);
    expect(part.schedules).toBeLessThan(whole.schedules);
    expect([...part.outcomes].toSorted()).toEqual([...whole.outcomes].toSorted());
  });
});
