import fc from 'fast-check';
import { eventTypes } from '../../core/event.ts';

/** Counts from the newest, which has most steps ahead of it. */
const index = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(20) });
const named = <const Name extends string>(name: Name) => fc.constant(name);

const place = fc.record({
  do: named('place'),
  type: fc.constantFrom('physical', 'digital'),
  expires: fc.constantFrom(true, false, false, false),
});
const change = fc.record({ do: named('change'), order: index, quantity: fc.integer({ min: 1, max: 5 }) });
const cancel = fc.record({ do: named('cancel'), order: index });
const claim = fc.record({ do: named('claim'), orders: fc.array(index, { minLength: 1, maxLength: 2 }) });
const claimAgain = fc.record({ do: named('claimAgain'), claim: index });
const settle = fc.record({
  do: named('settle'),
  claim: index,
  outcome: fc.oneof(
    { weight: 4, arbitrary: named('succeeded') },
    {
      weight: 4,
      arbitrary: fc.constantFrom(...(['declined', 'cancelled', 'unavailable', 'unknown'] as const)),
    },
  ),
});
const work = fc.record({
  do: named('work'),
  type: fc.constantFrom('physical', 'digital'),
  limit: fc.integer({ min: 1, max: 3 }),
  outcome: fc.constantFrom(...(['done', 'done', 'failed', 'retry'] as const)),
});
const refund = fc.record({ do: named('refund'), order: index, part: fc.boolean() });
const finishRefund = fc.record({ do: named('finishRefund'), refund: index, succeeds: fc.boolean() });
const chargeLate = fc.record({ do: named('chargeLate'), claim: index });
const dispute = fc.record({
  do: named('dispute'),
  claim: index,
  status: fc.constantFrom(...(['open', 'open', 'won', 'lost'] as const)),
});
const pass = fc.record({ do: named('pass'), ms: fc.constantFrom(0, 1, 1_000, 20_000, 40_000) });
const upkeep = fc.record({ do: fc.constantFrom(...(['expire', 'retryFailed'] as const)) });
const subscribe = fc.record({
  do: named('subscribe'),
  types: fc.subarray([...eventTypes], { minLength: 1 }),
  inRuns: fc.boolean(),
});
const relay = fc.record({
  do: named('relay'),
  subscription: index,
  limit: fc.integer({ min: 1, max: 20 }),
  outcome: fc.constantFrom(...(['delivered', 'delivered', 'failed', 'released', 'frozen'] as const)),
});
/** A relay that was frozen goes on, and reports what it had claimed. */
const thaw = fc.record({ do: named('thaw'), frozen: index });

/** What customers, workers, operators, the provider and relays do. An index means one of those that there are. */
export const historySteps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: place },
    { weight: 2, arbitrary: change },
    { weight: 1, arbitrary: cancel },
    { weight: 6, arbitrary: claim },
    { weight: 2, arbitrary: claimAgain },
    { weight: 9, arbitrary: settle },
    { weight: 6, arbitrary: work },
    { weight: 4, arbitrary: refund },
    { weight: 4, arbitrary: finishRefund },
    { weight: 1, arbitrary: chargeLate },
    { weight: 3, arbitrary: dispute },
    { weight: 4, arbitrary: pass },
    { weight: 3, arbitrary: upkeep },
    { weight: 1, arbitrary: subscribe },
    { weight: 6, arbitrary: relay },
    { weight: 5, arbitrary: thaw },
  ),
  { minLength: 40, maxLength: 100, size: 'max' },
);
export type HistoryStep = typeof historySteps extends fc.Arbitrary<readonly (infer Step)[]> ? Step : never;
