import type { Replacement } from './guard.ts';

/** A line of the product that a test protects and not the kill test, because a run cannot see it, or only by luck. */
export type TestedGuard = {
  readonly name: string;
  readonly replacements: readonly Replacement[];
  /** A test of this file must fail without the line. */
  readonly testFile: string;
};

export const testedGuards: readonly TestedGuard[] = [
  {
    name: 'one probe at a time, on SQLite',
    replacements: [
      {
        file: 'adapters/sqlite/queue/pauses.ts',
        find: "and (t.state = 'running' or (t.state = 'ready' and t.run_ms <= ?))",
        replace: 'and (0 and t.run_ms <= ?)',
      },
    ],
    testFile: 'tests/contracts/sqlite.test.ts',
  },
  {
    name: 'one probe at a time, on PostgreSQL',
    replacements: [
      {
        file: 'adapters/postgres/queue/pauses.ts',
        find: `and (t.state = 'running' or (t.state = 'ready' and t.run_ms <= \${nowMs}))`,
        replace: `and (false and t.run_ms <= \${nowMs})`,
      },
    ],
    testFile: 'tests/contracts/postgres.test.ts',
  },
  {
    name: 'the readiness of a process that stops',
    replacements: [
      {
        file: 'server/drain.ts',
        find: "if (begun) return { ready: false, missing: ['stopping'] };",
        replace: '',
      },
    ],
    testFile: 'tests/server/drain.test.ts',
  },
  {
    name: 'the time in which a process that stops still answers',
    replacements: [
      { file: 'server/drain.ts', find: 'if (drainMs > 0) await sleep(timer, drainMs);', replace: '' },
    ],
    testFile: 'tests/server/drain.test.ts',
  },
  {
    name: 'the quiet before a listener closes',
    replacements: [
      { file: 'server/drain.ts', find: 'if (drainMs > 0) await waitForQuiet(timer, server);', replace: '' },
    ],
    testFile: 'tests/server/drain.test.ts',
  },
  {
    name: 'the turns that read what came before a late timer',
    replacements: [
      {
        file: 'server/drain.ts',
        find: 'for (let turns = 0; turns < 2; turns++) await sleep(timer, 0);',
        replace: '',
      },
    ],
    testFile: 'tests/server/drain.test.ts',
  },
];
