import { describe, expect, test } from 'bun:test';
import { sliceLicences } from '../../core/licenceSlice.ts';
import type { Pipeline, Step } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import { type EffectCall, type EffectOutcome, runTxSteps, type Transitions } from '../../core/steps.ts';
import { noTransitions, order } from './samples.ts';

const stepOf = (name: string): Step => ({ name, historyState: name, kind: 'tx', effect: 'issue_licences' });
const pipeline: Pipeline = { name: 'licences', steps: [stepOf('one'), stepOf('two')] };

const groupOf = (quantities: readonly number[]): LockedTask => ({
  ...{ id: 'a', checkoutId: 'checkout', step: 'one', attempts: 0 },
  orders: quantities.map((quantity, index) => ({
    order: { ...order(`order ${index}`), quantity },
    contact: { email: 'an@example.com', language: null },
    seq: 3,
  })),
});

/** Runs the steps. The effect of `unfinishedStep` is unfinished. */
const run = (unfinishedStep: string): Transitions => {
  const outcomesOf = ({ tasks }: EffectCall): EffectOutcome[] =>
    tasks.map(({ id, step }) => ({
      taskId: id,
      kind: step === unfinishedStep ? 'unfinished' : 'done',
      detail: null,
    }));
  const steps = runTxSteps(pipeline, [groupOf([1])]);
  let next = steps.next();
  while (!next.done) next = steps.next(outcomesOf(next.value));
  return next.value;
};

describe('Licences of a very large group', () => {
  test('A slice has the first orders without licences, as many as a transaction can write', () => {
    const group = groupOf([30_000, 20_000, 20_000, 30_000, 1]);
    const idsOf = (licensed: readonly string[]) => {
      const { orders, kind } = sliceLicences(group, (id) => licensed.includes(id));
      return [kind, ...orders.map(({ order: { id } }) => id)];
    };
    expect(idsOf([])).toEqual(['unfinished', 'order 0', 'order 1']);
    expect(idsOf(['order 0', 'order 1'])).toEqual(['unfinished', 'order 2', 'order 3']);
    expect(idsOf(['order 0', 'order 1', 'order 2', 'order 3'])).toEqual(['done', 'order 4']);
  });

  test('A task whose effect is unfinished stays as it is, and only a first step may be', () => {
    expect(run('one')).toEqual(noTransitions);
    expect(() => run('two')).toThrow('no step of licences can be before it');
  });
});
