import { describe, expect, test } from 'bun:test';
import { pipelineFor, pipelines } from '../../core/pipelines/index.ts';
import type { Pipeline, Step } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import {
  type EffectCall,
  type EffectOutcome,
  firstStep,
  planReports,
  runTxSteps,
  stepKey,
  type Transitions,
} from '../../core/steps.ts';
import { noTransitions, order } from './samples.ts';

const contact = { email: 'an@example.com', language: null };

const task = (id: string, step: string, seq = 3): LockedTask => ({
  id,
  checkoutId: `checkout ${id}`,
  step,
  attempts: 0,
  orders: [{ order: order(`order ${id}`), contact, seq }],
});

/** A task with the orders `order a1`, `order a2`, …, of which each has one history row more than the one before. */
const groupOf = (id: string, step: string, count: number): LockedTask => ({
  ...task(id, step),
  orders: Array.from({ length: count }, (_, index) => ({
    order: order(`order ${id}${index + 1}`),
    contact,
    seq: 3 + index,
  })),
});

const txStep = (name: string): Step => ({
  name,
  historyState: `${name} done`,
  kind: 'tx',
  effect: 'book_places',
});
const mail: Step = { name: 'mail', historyState: 'mailed', kind: 'external', service: 'notify_customer' };

const notice: Step = { ...mail, name: 'notice', historyState: 'told', isNotice: true };

const withMail: Pipeline = { name: 'with mail', steps: [txStep('one'), txStep('two'), mail] };
const withoutMail: Pipeline = { name: 'without mail', steps: [txStep('one'), txStep('two')] };
const withNotice: Pipeline = { name: 'with notice', steps: [txStep('one'), mail, notice] };
const onlyNotice: Pipeline = { name: 'only notice', steps: [notice] };
const mailBetween: Pipeline = { name: 'mail between', steps: [txStep('one'), mail, txStep('two')] };

const done = ({ tasks }: EffectCall): EffectOutcome[] =>
  tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));

const runSteps = (
  pipeline: Pipeline,
  tasks: readonly LockedTask[],
  runEffect: (call: EffectCall) => readonly EffectOutcome[] = done,
): { readonly transitions: Transitions; readonly calls: readonly (readonly string[])[] } => {
  const calls: string[][] = [];
  const steps = runTxSteps(pipeline, tasks);
  let next = steps.next();
  while (!next.done) {
    calls.push(next.value.tasks.map(({ id }) => id));
    next = steps.next(runEffect(next.value));
  }
  return { transitions: next.value, calls };
};

const historyRow = (id: string, seq: number, state: string, detail: string | null = null) => ({
  orderId: `order ${id}`,
  seq,
  state,
  detail,
});
const transition = (taskId: string, seq: number) => ({ taskId, seqs: [seq] });
const orderRow = (id: string, seq: number) => ({ orderId: `order ${id}`, seq });

describe('Runs of tx steps', () => {
  test('Tasks advance up to the external step, and each effect runs once for all tasks at its step', () => {
    const { transitions, calls } = runSteps(withMail, [
      task('a', 'one'),
      task('b', 'two', 5),
      task('c', 'one'),
    ]);
    expect(calls).toEqual([
      ['a', 'c'],
      ['a', 'c', 'b'],
    ]);
    expect(transitions).toEqual({
      ...noTransitions,
      history: [
        historyRow('a', 4, 'one done'),
        historyRow('c', 4, 'one done'),
        historyRow('a', 5, 'two done'),
        historyRow('c', 5, 'two done'),
        historyRow('b', 6, 'two done'),
      ],
      advanced: [
        { ...transition('a', 5), step: 'mail', parked: false },
        { ...transition('c', 5), step: 'mail', parked: false },
        { ...transition('b', 6), step: 'mail', parked: false },
      ],
    });
  });

  test('A task after the last step completes its order', () => {
    const { transitions } = runSteps(withoutMail, [task('a', 'two')]);
    expect(transitions).toEqual({
      ...noTransitions,
      history: [historyRow('a', 4, 'two done'), historyRow('a', 5, 'completed')],
      completed: [orderRow('a', 5)],
      finished: [{ taskId: 'a', orders: [] }],
    });
  });

  test('Tasks stop before an external step, and continue after it', () => {
    const { transitions, calls } = runSteps(mailBetween, [task('a', 'one'), task('b', 'two')]);
    expect(calls).toEqual([['a'], ['b']]);
    expect(transitions.advanced).toEqual([{ ...transition('a', 4), step: 'mail', parked: false }]);
    expect(transitions.completed).toEqual([orderRow('b', 5)]);
  });

  test('A refused task fails at the step that refused it, and the other tasks continue', () => {
    const refuseB = ({ tasks }: EffectCall): EffectOutcome[] =>
      tasks.map(({ id, orders }) =>
        id === 'b' && orders[0]?.seq === 4
          ? { taskId: id, kind: 'refused', detail: 'sold out' }
          : { taskId: id, kind: 'done', detail: `for ${id}` },
      );
    const { transitions, calls } = runSteps(withoutMail, [task('a', 'one'), task('b', 'one')], refuseB);
    expect(calls).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(transitions.history).toEqual([
      historyRow('a', 4, 'one done', 'for a'),
      historyRow('b', 4, 'one done', 'for b'),
      historyRow('a', 5, 'two done', 'for a'),
      historyRow('a', 6, 'completed'),
      historyRow('b', 5, 'failed', 'sold out'),
    ]);
    expect(transitions.completed).toEqual([orderRow('a', 6)]);
    expect(transitions.failed).toEqual([
      { ...transition('b', 5), step: 'two', error: 'sold out', orders: [orderRow('b', 5)] },
    ]);
  });

  test('An effect that leaves out a task throws', () => {
    expect(() => runSteps(withMail, [task('a', 'one')], () => [])).toThrow('left out the task a');
  });

  test('A task at an unknown step throws', () => {
    expect(() => runSteps(withMail, [task('a', 'one'), task('b', 'unknown')])).toThrow('has no step unknown');
  });

  test('An empty batch runs no effects', () => {
    expect(runSteps(withMail, [])).toEqual({ calls: [], transitions: noTransitions });
  });
});

describe('Reports of leased steps', () => {
  const plan = (outcome: Parameters<typeof planReports>[0][number]['outcome'], pipeline = mailBetween) =>
    planReports([{ pipeline, task: task('a', 'mail'), outcome }]);

  test('A done report advances the task, or completes the order after the last step', () => {
    expect(plan({ kind: 'done', detail: '<id>' })).toEqual({
      ...noTransitions,
      history: [historyRow('a', 4, 'mailed', '<id>')],
      advanced: [{ ...transition('a', 4), step: 'two', parked: false }],
    });
    expect(plan({ kind: 'done', detail: null }, withMail)).toEqual({
      ...noTransitions,
      history: [historyRow('a', 4, 'mailed'), historyRow('a', 5, 'completed')],
      completed: [orderRow('a', 5)],
      finished: [{ taskId: 'a', orders: [] }],
    });
  });

  test('A retry report makes the task wait, and writes no history', () => {
    expect(plan({ kind: 'retry', error: 'busy', runAtMs: 9 })).toEqual({
      ...noTransitions,
      waiting: [{ taskId: 'a', runAtMs: 9, error: 'busy' }],
    });
  });

  test('A failed report makes the task and the order failed at the same step', () => {
    expect(plan({ kind: 'failed', error: 'no' })).toEqual({
      ...noTransitions,
      history: [historyRow('a', 4, 'failed', 'no')],
      failed: [{ ...transition('a', 4), step: 'mail', error: 'no', orders: [orderRow('a', 4)] }],
    });
  });

  test('A done report at a step that the pipeline does not have throws', () => {
    expect(() => plan({ kind: 'done', detail: null }, withoutMail)).toThrow('has no step mail');
  });
});

describe('Groups of orders', () => {
  test('Each order of a group gets its own history rows', () => {
    const { transitions, calls } = runSteps(withMail, [groupOf('a', 'two', 2)]);
    expect(calls).toEqual([['a']]);
    expect(transitions).toEqual({
      ...noTransitions,
      history: [historyRow('a1', 4, 'two done'), historyRow('a2', 5, 'two done')],
      advanced: [{ taskId: 'a', seqs: [4, 5], step: 'mail', parked: false }],
    });
  });

  test('A refused group fails with all its orders, and the error names the order that was refused', () => {
    const refuse = ({ tasks }: EffectCall): EffectOutcome[] =>
      tasks.map(({ id }) => ({ taskId: id, kind: 'refused', detail: 'order a2: no such address' }));
    const { transitions } = runSteps(withMail, [groupOf('a', 'one', 2)], refuse);
    const error = 'order a2: no such address';
    expect(transitions).toEqual({
      ...noTransitions,
      history: [historyRow('a1', 4, 'failed', error), historyRow('a2', 5, 'failed', error)],
      failed: [
        { taskId: 'a', seqs: [4, 5], step: 'one', error, orders: [orderRow('a1', 4), orderRow('a2', 5)] },
      ],
    });
  });
});

describe('Notices', () => {
  const planAt = (step: string, outcome: Parameters<typeof planReports>[0][number]['outcome']) =>
    planReports([{ pipeline: withNotice, task: groupOf('a', step, 2), outcome }]);

  test('The last step before the notice completes the orders, and the task goes on', () => {
    expect(planAt('mail', { kind: 'done', detail: 'sent' })).toEqual({
      ...noTransitions,
      history: [
        historyRow('a1', 4, 'mailed', 'sent'),
        historyRow('a2', 5, 'mailed', 'sent'),
        historyRow('a1', 5, 'completed'),
        historyRow('a2', 6, 'completed'),
      ],
      completed: [orderRow('a1', 5), orderRow('a2', 6)],
      advanced: [{ taskId: 'a', seqs: [5, 6], step: 'notice', parked: false }],
    });
  });

  test('A notice that is sent finishes the task of orders that are completed', () => {
    expect(planAt('notice', { kind: 'done', detail: null })).toEqual({
      ...noTransitions,
      history: [historyRow('a1', 4, 'told'), historyRow('a2', 5, 'told')],
      finished: [{ taskId: 'a', orders: [orderRow('a1', 4), orderRow('a2', 5)] }],
    });
  });

  test('A notice that fails makes the task failed, and keeps nothing from its orders', () => {
    expect(planAt('notice', { kind: 'failed', error: 'no' })).toEqual({
      ...noTransitions,
      failed: [{ taskId: 'a', seqs: [3, 4], step: 'notice', error: 'no', orders: [] }],
    });
  });

  test('A pipeline of one notice completes its orders at its end', () => {
    const task = groupOf('a', 'notice', 1);
    const planned = planReports([{ pipeline: onlyNotice, task, outcome: { kind: 'done', detail: null } }]);
    expect(planned).toMatchObject({
      completed: [orderRow('a1', 5)],
      finished: [{ taskId: 'a', orders: [] }],
    });
  });
});

describe('Product pipelines', () => {
  test.each([...pipelines.values()].map((pipeline) => [pipeline.name, pipeline] as const))(
    'The pipeline %s has different steps, and notifies the customer last',
    (name, pipeline) => {
      expect(pipelineFor(name)).toBe(pipeline);
      const names = pipeline.steps.map((step) => step.name);
      const states = pipeline.steps.map(({ historyState }) => historyState);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(states).size).toBe(states.length);
      expect(firstStep(name)).toBe(known(names[0]));
      const external = pipeline.steps.filter(({ kind }) => kind === 'external');
      expect(external.map((step) => step.name)).toEqual([known(names.at(-1))]);
      expect(states.at(-1)).toBe('customer_notified');
    },
  );

  test('A product type without a pipeline throws', () => {
    expect(() => pipelineFor('no such type')).toThrow('no such type');
  });

  test('Each step of each task has a key of its own, which never changes', () => {
    expect(stepKey('a', 'mail')).toBe(stepKey('a', 'mail'));
    const keys = ['a', 'b'].flatMap((id) => ['mail', 'book'].map((step) => stepKey(id, step)));
    expect(new Set(keys).size).toBe(4);
  });
});

const known = <T>(one: T | undefined): T => {
  if (one === undefined) throw new Error('a pipeline has at least one step');
  return one;
};
