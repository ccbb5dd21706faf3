import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from '../../adapters/postgres/connection.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { createTestDatabase, postgresAvailable, type TestDatabase } from '../processes/postgres.ts';
import { createTestWorld } from '../world.ts';
import { grounds } from './grounds/index.ts';
import { methodsOf, portsOfVerbs, portsWithoutVerb } from './ports.ts';
import { allPairs, exploreScenario, nameOf } from './scenario.ts';
import { type BuiltGround, buildGround, openStage, type Stage } from './stage.ts';
import { allTriples, namesInTriples } from './triples.ts';

describe('The verbs that are stepped beside one another', () => {
  test('Every method of a store has a verb, or a reason to have none', () => {
    // Nothing connects before the first statement.
    const store = createStore(connect({ url: 'postgres://nobody@127.0.0.1:1/none' }), createTestWorld());
    const methods = methodsOf(store);
    const verbs = portsOfVerbs();
    expect(methods.filter((name) => !verbs.has(name) && !portsWithoutVerb.includes(name))).toEqual([]);
    expect([...verbs, ...portsWithoutVerb].filter((name) => !methods.includes(name))).toEqual([]);
    expect(portsWithoutVerb.filter((name) => verbs.has(name))).toEqual([]);
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
  'events of a subscription: report it as failed × end the subscription',
  'events of a subscription: end the subscription × send a test',
  'events of a subscription: end the subscription × resend a delivery',
  'events of a subscription: create a webhook × change the quantity',
];

/** Schedules in which a fault was found. */
const found: Readonly<Record<string, string>> = {
  'a completed checkout: adopt a refund of all × the adopted part failed':
    '0,0,1,1,0,0,0,0,0,0,1,0,0,0,1,0,0,1',
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
});
