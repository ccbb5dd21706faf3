import { describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { allPairs, nameOf } from '../interleavings/scenario.ts';
import { allTriples } from '../interleavings/triples.ts';
import { sourceRoot } from '../replacement.ts';
import { scenarios } from '../simulation/scenarios.ts';
import { uncovered } from './cover.ts';
import { type CaughtBy, type Guard, inTest, isCaught, placesOf } from './guard.ts';
import { allGuards } from './list.ts';
import { allMarks, type Mark, marksIn } from './marks.ts';
import { createHasTest } from './testNames.ts';

const lineOf = ({ file, line, text }: Mark): string => `${file}:${line}: ${text.replaceAll(/\s+/g, ' ')}`;

describe('The list of guards', () => {
  test('Each guard has a name of its own', () => {
    const names = allGuards.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('Each text of a guard occurs in its file as often as its row says', () => {
    const sources = new Map<string, string>();
    const sourceOf = (file: string): string => {
      const source = sources.get(file) ?? readFileSync(join(sourceRoot, file), 'utf8');
      sources.set(file, source);
      return source;
    };
    const wrong = allGuards.flatMap((guard) =>
      placesOf(guard).flatMap(({ file, find, times = 1 }) => {
        const found = sourceOf(file).split(find).length - 1;
        return found === times ? [] : [`${guard.name}: ${found} times in ${file}, not ${times}: ${find}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('What catches a guard exists', () => {
    const stepperScenarios = [...allPairs(), ...allTriples()].map(nameOf);
    const hasTest = createHasTest();
    const exists = (caughtBy: CaughtBy): boolean => {
      switch (caughtBy.by) {
        case 'test':
          return existsSync(join(sourceRoot, caughtBy.file)) && hasTest(caughtBy);
        case 'interleavings':
          return stepperScenarios.some((name) => name.includes(caughtBy.scenario));
        case 'simulation':
          return caughtBy.scenario === undefined || scenarios.has(caughtBy.scenario);
        case 'kill':
          return true;
      }
    };
    const wrong = allGuards.filter(isCaught).filter(({ caughtBy }) => !exists(caughtBy));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('A test that was renamed is missed', () => {
    const has = createHasTest();
    const file = 'tests/guards/guards.test.ts';
    const [first, second] = ['A test that was renamed', 'is missed'];
    expect(has(inTest(file, `${first} ${second}`, 1))).toBe(true);
    expect(has(inTest(file, `${first} again ${second}`, 1))).toBe(false);
  });

  test('A run that is asked for a guard or a scenario that does not exist is no success', () => {
    for (const tool of ['guards', 'interleavings']) {
      const program = join(sourceRoot, `tests/${tool}/main.ts`);
      const { status, stderr } = spawnSync(process.execPath, [program, '--only', 'no such name']);
      expect([tool, status, stderr.includes('is of that name')]).toEqual([tool, 1, true]);
    }
  }, 60_000);

  test('A guard that nothing catches has a reason', () => {
    const reasons = allGuards.flatMap((guard) => (isCaught(guard) ? [] : [guard.reason]));
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([]);
  });
});

describe('What looks like a guard', () => {
  test('Every lock, key, index, re-check and rule has a row', () => {
    expect(uncovered(allMarks(), allGuards).map(lineOf)).toEqual([]);
  });

  test('The marks of guards are found', () => {
    const textsIn = (file: string, source: string) => marksIn(file, source).map(({ text }) => text);
    const statement =
      'tx`with a as (select id from task where state = 1 for update skip locked) update task t set state = 2, lease = t.lease + 1 from a where t.id = a.id and t.lease = a.lease returning id`';
    expect(textsIn('adapters/postgres/a.ts', statement)).toEqual([
      ...['for update', 'skip locked', 'state =', 't.lease =', 't.lease + 1'],
    ]);
    const unindexed = "tx`delete from task where due_ms + 0 >= 1 and state || '' = 'running'`";
    expect(textsIn('adapters/postgres/a.ts', unindexed)).toEqual(['due_ms + 0 >=', "state || '' ="]);
    const onTwoLines = 'tx`update task t\n set state = 1 where t.lease = 2`';
    expect(textsIn('adapters/postgres/a.ts', onTwoLines)).toEqual(['t.lease =']);
    const asked =
      "tx`delete from task where not exists (select 1) and not paused and \u0024{isOneOf('status', ended)}`";
    expect(textsIn('adapters/sqlite/a.ts', asked)).toEqual(['not exists (', 'not paused', 'isOneOf(']);
    const built = 'db.insert(a).values(b).onConflictDoNothing();';
    expect(textsIn('adapters/sqlite/a.ts', built)).toEqual(['onConflictDoNothing']);
    expect(textsIn('adapters/postgres/a.ts', '// for update\n/* on conflict */ lock')).toEqual([]);
    expect(textsIn('adapters/sqlite/a.ts', "'insert or ignore into a' 'x on conflict do nothing'")).toEqual([
      ...['insert or ignore', 'on conflict'],
    ]);
    expect(textsIn('sql/sqlite/1.sql', 'a text unique, -- unique\nb integer check (b >= 0)')).toEqual([
      ...['unique', 'check (b >= 0)'],
    ]);
    expect(textsIn('core/a.ts', "return err({ kind: 'too_late' });\nerr({ kind: 'unavailable' })")).toEqual([
      "err({ kind: 'too_late'",
    ]);
  });

  test('A mark is covered only by a row that changes it', () => {
    const file = 'adapters/postgres/queue/rescue.ts';
    const lock = allMarks().find((mark) => mark.file === file && mark.text === 'skip locked');
    if (lock === undefined) throw new Error('the rescue skips nothing');
    const find = 'for update skip locked';
    const row = (replace: string): Guard => ({
      ...{ name: 'a', replacements: [{ file, find, replace }] },
      caughtBy: { by: 'simulation', histories: 1 },
    });
    expect(uncovered([lock], [row('for update')])).toEqual([]);
    expect(uncovered([lock], [row('skip locked')])).toEqual([lock]);
    expect(uncovered([lock], [])).toEqual([lock]);
  });
});
