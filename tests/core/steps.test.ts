import { describe, expect, test } from 'bun:test';
import { pipelineFor, pipelines } from '../../core/pipelines/index.ts';
import type { Pipeline, Step } from '../../core/pipelines/pipeline.ts';
import type { LockedTask } from '../../core/queue.ts';
import {
  type EffectCall,
  type EffectOutcome,
  externalSteps,
  firstStep,
  planReports,
  runTxSteps,
  stepKey,
  type Transitions,
} from '../../core/steps.ts';
import { order } from './checkouts.ts';

const task = (id: string, step: string, seq = 3): LockedTask => ({
  id,
  step,
  attempts: 0,
  seq,
  order: order(`order ${id}`),
});

const ours = (name: string): Step => ({
  name,
  historyState: `left ${name}`,
  kind: 'tx',
  effect: 'take_stock',
});
const mail: Step = { name: 'mail', historyState: 'mailed', kind: 'external', service: 'notify_customer' };

const withMail: Pipeline = { name: 'with mail', steps: [ours('one'), ours('two'), mail] };
const withoutMail: Pipeline = { name: 'without mail', steps: [ours('one'), ours('two')] };
const mailBetween: Pipeline = { name: 'mail between', steps: [ours('one'), mail, ours('two')] };

const done = ({ tasks }: EffectCall): EffectOutcome[] =>
  tasks.map(({ id }) => ({ taskId: id, kind: 'done', detail: null }));

const walk = (
  pipeline: Pipeline,
  tasks: readonly LockedTask[],
  answer: (call: EffectCall) => readonly EffectOutcome[] = done,
): { readonly moves: Transitions; readonly calls: readonly (readonly string[])[] } => {
  const calls: string[][] = [];
  const steps = runTxSteps(pipeline, tasks);
  let turn = steps.next();
  while (!turn.done) {
    calls.push(turn.value.tasks.map(({ id }) => id));
    turn = steps.next(answer(turn.value));
  }
  return { moves: turn.value, calls };
};

const none = { history: [], moved: [], waiting: [], completed: [], failed: [] };
const row = (id: string, seq: number, state: string, detail: string | null = null) => ({
  orderId: `order ${id}`,
  seq,
  state,
  detail,
});
const move = (taskId: string, seq: number) => ({ taskId, orderId: `order ${taskId}`, seq });

describe('a walk through our own steps', () => {
  test('goes up to the mail, each step once for all who are there', () => {
    const { moves, calls } = walk(withMail, [task('a', 'one'), task('b', 'two', 5), task('c', 'one')]);
    expect(calls).toEqual([
      ['a', 'c'],
      ['a', 'c', 'b'],
    ]);
    expect(moves).toEqual({
      ...none,
      history: [
        row('a', 4, 'left one'),
        row('c', 4, 'left one'),
        row('a', 5, 'left two'),
        row('c', 5, 'left two'),
        row('b', 6, 'left two'),
      ],
      moved: [
        { ...move('a', 5), step: 'mail' },
        { ...move('c', 5), step: 'mail' },
        { ...move('b', 6), step: 'mail' },
      ],
    });
  });

  test('completes the order where nothing follows', () => {
    const { moves } = walk(withoutMail, [task('a', 'two')]);
    expect(moves).toEqual({
      ...none,
      history: [row('a', 4, 'left two'), row('a', 5, 'completed')],
      completed: [move('a', 5)],
    });
  });

  test('does not pass the mail, but goes on behind it', () => {
    const { moves, calls } = walk(mailBetween, [task('a', 'one'), task('b', 'two')]);
    expect(calls).toEqual([['a'], ['b']]);
    expect(moves.moved).toEqual([{ ...move('a', 4), step: 'mail' }]);
    expect(moves.completed).toEqual([move('b', 5)]);
  });

  test('keeps what was issued, and stops who is refused at the step that refused it', () => {
    const refuseB = ({ tasks }: EffectCall): EffectOutcome[] =>
      tasks.map(({ id, seq }) =>
        id === 'b' && seq === 4
          ? { taskId: id, kind: 'refused', detail: 'sold out' }
          : { taskId: id, kind: 'done', detail: `for ${id}` },
      );
    const { moves, calls } = walk(withoutMail, [task('a', 'one'), task('b', 'one')], refuseB);
    expect(calls).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(moves.history).toEqual([
      row('a', 4, 'left one', 'for a'),
      row('b', 4, 'left one', 'for b'),
      row('a', 5, 'left two', 'for a'),
      row('b', 5, 'failed', 'sold out'),
      row('a', 6, 'completed'),
    ]);
    expect(moves.completed).toEqual([move('a', 6)]);
    expect(moves.failed).toEqual([{ ...move('b', 5), step: 'two', error: 'sold out', refused: true }]);
  });

  test('an effect that forgets a task is a bug', () => {
    expect(() => walk(withMail, [task('a', 'one')], () => [])).toThrow('left out the task a');
  });

  test('a task that stands nowhere on its road is not passed over', () => {
    expect(() => walk(withMail, [task('a', 'one'), task('b', 'elsewhere')])).toThrow('has no step elsewhere');
  });

  test('of nobody asks for nothing', () => {
    expect(walk(withMail, [])).toEqual({ calls: [], moves: none });
  });
});

describe('reports of leased steps', () => {
  const plan = (outcome: Parameters<typeof planReports>[0][number]['outcome'], pipeline = mailBetween) =>
    planReports([{ pipeline, task: task('a', 'mail'), outcome }]);

  test('done moves on, or completes where nothing follows', () => {
    expect(plan({ kind: 'done', detail: '<id>' })).toEqual({
      ...none,
      history: [row('a', 4, 'mailed', '<id>')],
      moved: [{ ...move('a', 4), step: 'two' }],
    });
    expect(plan({ kind: 'done', detail: null }, withMail)).toEqual({
      ...none,
      history: [row('a', 4, 'mailed'), row('a', 5, 'completed')],
      completed: [move('a', 5)],
    });
  });

  test('retry waits, and leaves no trace in the history', () => {
    expect(plan({ kind: 'retry', error: 'busy', runAtMs: 9 })).toEqual({
      ...none,
      waiting: [{ taskId: 'a', runAtMs: 9, error: 'busy' }],
    });
  });

  test('failed stops where it is', () => {
    expect(plan({ kind: 'failed', error: 'no' })).toEqual({
      ...none,
      history: [row('a', 4, 'failed', 'no')],
      failed: [{ ...move('a', 4), step: 'mail', error: 'no', refused: false }],
    });
  });

  test('done at a step that the pipeline does not have is a bug', () => {
    expect(() => plan({ kind: 'done', detail: null }, withoutMail)).toThrow('has no step mail');
  });
});

describe('every pipeline', () => {
  test.each([...pipelines.values()].map((pipeline) => [pipeline.name, pipeline] as const))(
    '%s has its own steps, and ends with word to the customer',
    (name, pipeline) => {
      expect(pipelineFor(name)).toBe(pipeline);
      const names = pipeline.steps.map((step) => step.name);
      const states = pipeline.steps.map(({ historyState: leaves }) => leaves);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(states).size).toBe(states.length);
      expect(firstStep(name)).toBe(known(names[0]));
      expect(externalSteps(pipeline)).toEqual([known(names.at(-1))]);
      expect(states.at(-1)).toBe('customer_notified');
    },
  );

  test('there is none for a type that nobody serves', () => {
    expect(() => pipelineFor('unheard of')).toThrow('unheard of');
  });

  test('an order’s step has one key for ever, and no other has it', () => {
    expect(stepKey('a', 'mail')).toBe(stepKey('a', 'mail'));
    const keys = ['a', 'b'].flatMap((id) => ['mail', 'book'].map((step) => stepKey(id, step)));
    expect(new Set(keys).size).toBe(4);
  });
});

const known = <T>(one: T | undefined): T => {
  if (one === undefined) throw new Error('a pipeline has a step at least');
  return one;
};
