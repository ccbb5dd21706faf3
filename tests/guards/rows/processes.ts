import { type Guard, guard, inTest } from '../guard.ts';

export const processes: readonly Guard[] = [
  guard(
    'the readiness of a process that stops',
    ['server/drain.ts', "if (begun) return { ready: false, missing: ['stopping'] };", ''],
    inTest(
      'tests/server/drain.test.ts',
      'The process is not ready at once, and its listener closes after the drain',
      1,
    ),
  ),
  guard(
    'the time in which a process that stops still answers',
    ['server/drain.ts', 'if (drainMs > 0) await sleep(timer, drainMs);', ''],
    inTest(
      'tests/server/drain.test.ts',
      'The process is not ready at once, and its listener closes after the drain',
      1,
    ),
  ),
  guard(
    'the quiet before a listener closes',
    ['server/drain.ts', 'if (drainMs > 0) await waitForQuiet(timer, server);', ''],
    inTest(
      'tests/server/drain.test.ts',
      'The listener closes when no request has come for a fifth of a second, and after a second at the latest',
      1,
    ),
  ),
  guard(
    'the turns that read what came before a late timer',
    ['server/drain.ts', 'for (let turns = 0; turns < 2; turns++) await sleep(timer, 0);', ''],
    inTest(
      'tests/server/drain.test.ts',
      'A request that a late timer came before counts, because the process reads it in the turns after it',
      1,
    ),
  ),
  guard(
    'the claim with a wrong clock',
    [
      'worker/worker.ts',
      'mayClaim() ? claim(nowMs, limit) : ok({ processed: 0, leases: [] });',
      'claim(nowMs, limit);',
    ],
    inTest('tests/worker/wrongClock.test.ts', 'A worker whose clock is wrong claims', 1),
  ),
  guard(
    'the time limit of the provider',
    [
      'adapters/system/providerTimeLimit.ts',
      'withTimeout(timer, limitMs, attempt(call),',
      'withTimeout(timer, 1e12, attempt(call),',
    ],
    inTest('tests/provider/timeLimit.test.ts', 'that takes too long has an unknown outcome', 20),
  ),
];
