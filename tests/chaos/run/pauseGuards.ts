import { faultPresets, type Guard } from './guard.ts';

/** What keeps a fault of a server away from its tasks, and lets them go on after it. */
export const pauseGuards: readonly Guard[] = [
  {
    name: 'the tries that a fault of the mail server does not spend',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/runStep.ts',
        find: 'return { ...outcome, retryAfterMs: null };',
        replace: "return { kind: 'mail_deferred', reason: outcome.reason };",
      },
    ],
    faults: faultPresets.shared,
    expectedRules: ['try_spent'],
  },
  {
    name: 'the sweep that lets tasks go on after a pause',
    database: 'sqlite',
    replacements: [
      {
        file: 'worker/pauses.ts',
        find: 'await pauses.resume(resumedMax);',
        replace: 'await pauses.resume(0);',
      },
    ],
    faults: faultPresets.shared,
    expectedRules: ['task_left', 'order_stuck'],
  },
];
