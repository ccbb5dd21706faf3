import { describe, expect, test } from 'bun:test';
import { stepNamesOf } from '../../core/pause.ts';
import { jobPipelines, pipelines } from '../../core/pipelines/index.ts';
import { taskStates } from '../../core/queue.ts';
import { stepNames, stepsOfPipelines, withCurrent } from '../../web/console/tasks/pipelines.ts';
import { consoleEnTasks } from '../../web/words/consoleEnTasks.ts';
import { consoleViTasks } from '../../web/words/consoleViTasks.ts';

const names = [...pipelines.keys(), ...jobPipelines.map(({ name }) => name)];

describe('The pipelines that the page of tasks lists', () => {
  test('They and their steps are the shop’s own', () => {
    expect(Object.keys(stepsOfPipelines).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect([...stepNames(name)]).toEqual([...stepNamesOf(name)]);
  });

  test('Without a pipeline, each step is listed once', () => {
    expect(stepNames(null).filter((step) => step === 'notify_customer')).toHaveLength(1);
    expect(stepNames('of_tomorrow')).toEqual([]);
  });

  test('What the address says is among the choices', () => {
    expect(withCurrent(['a'], 'b')).toEqual(['a', 'b']);
    expect(withCurrent(['a'], 'a')).toEqual(['a']);
  });
});

describe.each([
  ['en', consoleEnTasks],
  ['vi', consoleViTasks],
] as const)('The words of the page of tasks in “%s”', (_, words) => {
  test('Every state, pipeline and step has a word', () => {
    for (const state of taskStates) expect(words.states[state]).not.toBe('');
    for (const name of names) {
      expect([name, Object.hasOwn(words.pipelines, name)]).toEqual([name, true]);
      for (const step of stepNamesOf(name))
        expect([step, Object.hasOwn(words.steps, step)]).toEqual([step, true]);
    }
  });

  test('A name that is newer than the page is shown honestly', () => {
    expect(words.pipeline('gift_card')).toBe('gift card');
    expect(words.step('toString')).toBe('toString');
  });

  test('A number of tasks is written as the language writes it', () => {
    expect(words.retryAllAsk(5_000)).toMatch(/5[.,]000/);
  });
});

test('Vietnamese is not left in English', () => {
  const english: Readonly<Record<string, unknown>> = consoleEnTasks;
  const same = Object.entries(consoleViTasks).filter(
    ([name, text]) => typeof text === 'string' && english[name] === text,
  );
  expect(same).toEqual([]);
});
