import { describe, expect, test } from 'bun:test';
import { watchSight } from '../../web/shared/browserLive.ts';
import { type Channel, createLive, type LiveMode, type LivePorts, retryMs } from '../../web/shared/live.ts';

type State = { readonly n: number };
type Hear = Parameters<Channel<State>['listen']>[0];

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** A browser: its windows share one lock and one channel, and its server has streams that the test drives. */
const createBrowser = () => {
  const waiting: { readonly signal: AbortSignal; readonly start: () => Promise<void> }[] = [];
  const ears = new Set<Hear>();
  const streams: { readonly send: (state: State) => void; readonly end: () => void }[] = [];
  let isLocked = false;
  let answer: State | null = { n: 0 };
  const asked: string[] = [];

  const grant = (): void => {
    if (isLocked) return;
    while (waiting[0]?.signal.aborted === true) waiting.shift();
    const next = waiting.shift();
    if (next === undefined) return;
    isLocked = true;
    void next.start().then(() => {
      isLocked = false;
      grant();
    });
  };
  const windows: NonNullable<LivePorts<State>['windows']> = {
    alone: (work, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve());
        waiting.push({ signal, start: () => work().then(resolve) });
        grant();
      }),
    channel: () => {
      let own: Hear = () => {};
      return {
        post: (message) => {
          for (const ear of ears) if (ear !== own) ear(message);
        },
        listen: (hear) => {
          own = hear;
          ears.add(hear);
        },
        close: () => void ears.delete(own),
      };
    },
  };
  const openWindow = (name: string, isAble = true) => {
    const seen: number[] = [];
    const modes: LiveMode[] = [];
    const pauses: { readonly ms: number; readonly end: () => void }[] = [];
    const checks: typeof pauses = [];
    const live = createLive<State>({
      windows: isAble ? windows : null,
      stream: (hear, signal) =>
        new Promise((resolve) => {
          const stream = {
            send: hear,
            end: () => {
              const at = streams.indexOf(stream);
              if (at >= 0) streams.splice(at, 1);
              resolve();
            },
          };
          streams.push(stream);
          signal.addEventListener('abort', stream.end);
        }),
      ask: async () => {
        asked.push(name);
        return answer;
      },
      pause: (ms, signal) =>
        new Promise((resolve) => {
          // The check of an open stream is not one of the pauses between streams.
          (ms === 60_000 ? checks : pauses).push({ ms, end: resolve });
          signal.addEventListener('abort', () => resolve());
        }),
      random: () => 0.5,
      show: ({ n }) => void seen.push(n),
      showMode: (mode) => void modes.push(mode),
    });
    return { live, seen, modes, pauses, checks };
  };
  return {
    streams,
    asked,
    openWindow,
    setAnswer: (next: State | null) => {
      answer = next;
    },
  };
};

describe('The live state of a browser', () => {
  test('Nine windows have one stream, and all show what it says', async () => {
    const { asked, openWindow, streams } = createBrowser();
    const windows = Array.from({ length: 9 }, (_, index) => openWindow(`window ${index}`));
    for (const { live } of windows) live.see(true);
    await turns();
    expect(streams).toHaveLength(1);
    streams[0]?.send({ n: 7 });
    expect(windows.map(({ seen }) => seen)).toEqual(windows.map(() => [7]));
    expect(asked).toEqual([]);
  });

  test('A window that comes later shows at once what the leader knows', async () => {
    const { openWindow, streams } = createBrowser();
    openWindow('first').live.see(true);
    await turns();
    streams[0]?.send({ n: 7 });
    const late = openWindow('late');
    late.live.see(true);
    await turns();
    expect([late.seen, streams.length]).toEqual([[7], 1]);
  });

  test('When the leader is closed or left, the next window opens the stream', async () => {
    const { openWindow, streams } = createBrowser();
    const [one, two] = [openWindow('one'), openWindow('two')];
    one.live.see(true);
    two.live.see(true);
    await turns();
    streams[0]?.send({ n: 1 });
    one.live.see(false);
    await turns();
    expect(streams).toHaveLength(1);
    streams[0]?.send({ n: 2 });
    expect([one.seen, two.seen, one.modes.at(-1), two.modes.at(-1)]).toEqual([
      [1],
      [1, 2],
      'resting',
      'leading',
    ]);
  });

  test('A stream that ends is opened again after ever longer pauses, and each window asks why', async () => {
    const { asked, openWindow, streams, setAnswer } = createBrowser();
    const [one, two] = [openWindow('one'), openWindow('two')];
    one.live.see(true);
    two.live.see(true);
    await turns();
    setAnswer(null);
    for (let time = 0; time < 3; time++) {
      streams[0]?.end();
      await turns();
      one.pauses.at(-1)?.end();
      await turns();
    }
    expect(one.pauses.map(({ ms }) => ms)).toEqual([1_000, 2_000, 4_000]);
    expect(asked.filter((name) => name === 'two')).toHaveLength(3);
    streams[0]?.send({ n: 3 });
    streams[0]?.end();
    await turns();
    // It was heard in between, so the pauses begin anew.
    expect(one.pauses.at(-1)?.ms).toBe(1_000);
  });

  test('A pause ends the stream, and lasts when the window comes back', async () => {
    const { openWindow, streams } = createBrowser();
    const { live, modes } = openWindow('one');
    live.see(true);
    await turns();
    live.setPaused(true);
    await turns();
    live.see(false);
    live.see(true);
    await turns();
    expect([streams.length, modes.at(-1)]).toEqual([0, 'paused']);
    live.setPaused(false);
    await turns();
    expect(streams).toHaveLength(1);
  });

  test('A stream over a network that is gone without a word is noticed, and opened again', async () => {
    const { openWindow, setAnswer, streams } = createBrowser();
    const { live, checks, pauses } = openWindow('one');
    live.see(true);
    await turns();
    const [first] = streams;
    checks[0]?.end();
    await turns();
    // An answer came, so it stays.
    expect(streams[0] === first).toBe(true);
    setAnswer(null);
    checks[1]?.end();
    await turns();
    expect(streams).toHaveLength(0);
    pauses[0]?.end();
    await turns();
    expect(streams).toHaveLength(1);
  });

  test('A window out of sight holds no stream and asks nothing', async () => {
    const { asked, openWindow, streams } = createBrowser();
    openWindow('one').live.see(false);
    await turns();
    expect([streams.length, asked.length]).toEqual([0, 0]);
  });

  test('Without locks a window asks again and again', async () => {
    const { asked, openWindow, streams } = createBrowser();
    const { live, pauses, seen } = openWindow('one', false);
    live.see(true);
    await turns();
    pauses[0]?.end();
    await turns();
    expect([streams.length, asked.length, seen, pauses.map(({ ms }) => ms)]).toEqual([
      0,
      2,
      [0, 0],
      [5_000, 5_000],
    ]);
    live.see(false);
    await turns();
    expect(asked).toHaveLength(2);
  });

  test('The pauses grow to a limit, and differ from browser to browser', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map((tries) => retryMs(tries, 0.5))).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
    ]);
    expect([retryMs(0, 0), retryMs(0, 1)]).toEqual([750, 1_250]);
  });
});

describe('The sight of a window', () => {
  test('It is lost when the page is hidden or left, and found when it comes back', () => {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const seen: boolean[] = [];
    const end = watchSight({ window, document }, (isSeen) => void seen.push(isSeen));
    window.dispatchEvent(new Event('pagehide'));
    window.dispatchEvent(new Event('pageshow'));
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    end();
    window.dispatchEvent(new Event('pageshow'));
    expect(seen).toEqual([true, false, true, false, false]);
  });
});
