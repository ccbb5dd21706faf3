import { describe, expect, test } from 'bun:test';
import { createPause, pollPauseMs } from '../../web/shared/pause.ts';
import { startWatch } from '../../web/shared/watch.ts';
import { flush } from './modelBrowser.ts';
import { createTimers } from './ports.ts';

const createPage = () => {
  const timers = createTimers();
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const pause = createPause({ window, document, setTimer: timers.setTimer });
  const begin = (signal = new AbortController().signal) => {
    const state = { isOver: false };
    void pause(1_000, signal).then(() => {
      state.isOver = true;
    });
    return async () => {
      await flush();
      return state.isOver;
    };
  };
  return { timers, window, document, begin, pause };
};

describe('A pause', () => {
  test('It ends after its time', async () => {
    const { timers, begin } = createPage();
    const isOver = begin();
    expect(await isOver()).toBe(false);
    timers.fire();
    expect(await isOver()).toBe(true);
  });

  test('It does not end while nobody can see the page, and ends when somebody can', async () => {
    const { timers, document, begin } = createPage();
    document.visibilityState = 'hidden';
    const isOver = begin();
    timers.fire();
    expect(await isOver()).toBe(false);
    document.visibilityState = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    expect(await isOver()).toBe(true);
  });

  test.each(['pageshow', 'online'])('It ends at once with %s', async (name) => {
    const { timers, window, begin } = createPage();
    const isOver = begin();
    window.dispatchEvent(new Event(name));
    expect(await isOver()).toBe(true);
    expect(timers.due).toEqual([]);
  });

  test('It ends when it is aborted, also before it began', async () => {
    const { begin } = createPage();
    const abort = new AbortController();
    const isOver = begin(abort.signal);
    abort.abort();
    expect(await isOver()).toBe(true);
    expect(await begin(AbortSignal.abort())()).toBe(true);
  });

  test('Looks are 1.5 s apart at first and 10 s at most', () => {
    expect(pollPauseMs(0)).toBe(1_500);
    expect(pollPauseMs(1)).toBeGreaterThan(1_500);
    expect(pollPauseMs(1_000)).toBe(10_000);
  });
});

describe('A watch', () => {
  const createWatched = () => {
    const { timers, pause } = createPage();
    const answers: ('changed' | 'same' | 'settled')[] = [];
    let looks = 0;
    const watch = startWatch(async () => {
      looks++;
      return answers.shift() ?? 'same';
    }, pause);
    return { timers, answers, watch, looks: () => looks };
  };

  test('It looks at once, slows down while nothing changes, and is quick again after a change', async () => {
    const { timers, answers, looks } = createWatched();
    const pauses: (number | undefined)[] = [];
    answers.push('same', 'changed');
    for (let turn = 0; turn < 3; turn++) {
      await flush();
      pauses.push(timers.due[0]?.ms);
      timers.fire();
    }
    await flush();
    expect(looks()).toBe(4);
    expect(pauses).toEqual([2_100, 2_940, 1_500]);
  });

  test('It ends when the thing is settled', async () => {
    const { timers, answers, looks } = createWatched();
    answers.push('settled');
    await flush();
    timers.fire();
    await flush();
    expect(looks()).toBe(2);
    expect(timers.due).toEqual([]);
  });

  test('It can be told to look now, and to stop', async () => {
    const { timers, watch, looks } = createWatched();
    await flush();
    watch.lookNow();
    await flush();
    expect(looks()).toBe(2);
    watch.stop();
    await flush();
    timers.fire();
    await flush();
    expect(looks()).toBe(2);
  });
});
