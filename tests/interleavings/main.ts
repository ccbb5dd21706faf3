/**
 * Runs verbs of the stores beside one another on a real PostgreSQL, statement by statement, in every order. The exit code
 * is 0 if no schedule is broken.
 *
 *   bun tests/interleavings/main.ts [--server 18|15] [--unprepared] [--schedules 100] [--seed 1] [--part 1/2]
 *     [--only "part of a name"] [--schedule 0,1,1,0]
 *   bun tests/interleavings/main.ts --lost [--only "part of a name"]
 */
import { parseArgs } from 'node:util';
import { createTestWorld } from '../world.ts';
import { allLostAnswers, loseAnswers } from './lostAnswers.ts';
import { allPairs, type Broken, exploreScenario, nameOf } from './scenario.ts';
import { startServer } from './server.ts';
import { type BuiltGround, buildGround, openStage } from './stage.ts';
import { allTriples } from './triples.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: '18' },
    unprepared: { type: 'boolean', default: false },
    schedules: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    part: { type: 'string', default: '1/1' },
    only: { type: 'string' },
    schedule: { type: 'string' },
    lost: { type: 'boolean', default: false },
  },
});

const print = ({ scenario, schedule, steps, faults }: Broken): void => {
  console.log(`BROKEN ${nameOf(scenario)}`);
  for (const fault of faults) console.log(`  ${fault}`);
  for (const step of steps) console.log(`    ${step}`);
  console.log(`  again: --only "${nameOf(scenario)}" --schedule ${schedule.join(',')}`);
};

const [part = 1, parts = 1] = values.part.split('/').map(Number);
const scenarios = (values.lost ? [] : [...allPairs(), ...allTriples()])
  .filter((scenario) => values.only === undefined || nameOf(scenario).includes(values.only))
  .filter((_, index) => index % parts === part - 1);
const only = values.schedule?.split(',').map(Number) ?? null;
const random = createTestWorld(0, Number(values.seed)).random;

const server = await startServer(values.server === '15' ? 15 : 18);
const stage = await openStage(server.url, { prepared: !values.unprepared });
const startedAt = performance.now();
let schedules = 0;
let whole = 0;
const broken: Broken[] = [];
let brokenCuts = 0;
let built: BuiltGround | null = null;
for (const [index, scenario] of scenarios.entries()) {
  if (built?.spec !== scenario.ground) built = await buildGround(stage, scenario.ground);
  const explored = await exploreScenario(stage, built, scenario, {
    max: Number(values.schedules),
    random,
    only,
  });
  schedules += explored.schedules;
  if (explored.isWhole) whole++;
  if (explored.broken !== null) {
    broken.push(explored.broken);
    print(explored.broken);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(
    `${index + 1}/${scenarios.length} ${nameOf(scenario)}: ${explored.schedules}${explored.isWhole ? '' : ' of more'}, ${seconds} s`,
  );
}
const lost = values.schedule === undefined ? allLostAnswers() : [];
let cuts = 0;
for (const each of lost.filter((_, index) => index % parts === part - 1)) {
  const name = `${each.ground.name}: ${each.verb}`;
  if (values.only !== undefined && !`${name}, lost`.includes(values.only)) continue;
  if (built?.spec !== each.ground) built = await buildGround(stage, each.ground);
  const { runs, faults } = await loseAnswers(stage, built, each);
  cuts += runs;
  brokenCuts += faults.length > 0 ? 1 : 0;
  for (const fault of faults) console.log(`BROKEN ${name}\n  ${fault}`);
}
console.log(`${lost.length} verbs, ${cuts} lost connections, ${brokenCuts} broken`);
const { user, system } = process.cpuUsage();
console.log(
  `${scenarios.length} scenarios, ${whole} of them in every order, ${schedules} schedules, ${broken.length} broken, ` +
    `${Math.round((user + system) / 1e6)} s of CPU here`,
);
await stage.close();
const deadlocks = await server.countDeadlocks();
console.log(`PostgreSQL ${await server.version()}, ${deadlocks} deadlocks`);
await server.remove();
process.exit(broken.length + brokenCuts === 0 && deadlocks === 0 ? 0 : 1);
