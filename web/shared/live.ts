import type { Pause } from './pause.ts';

/** How a window gets what it shows. */
export type LiveMode =
  /** It holds the stream of the browser. */
  | 'leading'
  /** Another window holds the stream, and tells it. */
  | 'following'
  /** It asks again and again. */
  | 'polling'
  /** Somebody has stopped it in this window. */
  | 'paused'
  /** The window is out of sight. */
  | 'resting';

type Message<State> =
  /** The state as it is now. */
  | { readonly kind: 'state'; readonly state: State }
  /** A window has come, and knows nothing yet. */
  | { readonly kind: 'hello' }
  /** The stream has ended, and each window asks for itself why. */
  | { readonly kind: 'lost' };

export type Channel<State> = {
  readonly post: (message: Message<State>) => void;
  /** Only what other windows post. */
  readonly listen: (hear: (message: Message<State>) => void) => void;
  readonly close: () => void;
};

export type LivePorts<State> = {
  /** Null where the browser has no locks or channels, as over http from another machine. */
  readonly windows: {
    /** Runs `work` in one window at a time. Its signal is the one that is given. Never throws. */
    readonly alone: (work: () => Promise<void>, signal: AbortSignal) => Promise<void>;
    readonly channel: () => Channel<State>;
  } | null;
  /** Resolves when the stream has ended, for whatever reason. */
  readonly stream: (hear: (state: State) => void, signal: AbortSignal) => Promise<void>;
  /** Asks once, and tells the page what failed. Null if there is no answer. */
  readonly ask: (signal: AbortSignal) => Promise<State | null>;
  readonly pause: Pause;
  readonly random: () => number;
  readonly show: (state: State) => void;
  readonly showMode: (mode: LiveMode) => void;
};

const pollMs = 5_000;
/** A network can be gone without a word to an open stream, so the leader asks beside it. */
const checkMs = 60_000;
const firstRetryMs = 1_000;
const lastRetryMs = 15_000;

/** Ever longer, and never the same in two browsers: a server that was restarted is not asked by all at once. */
export const retryMs = (tries: number, random: number): number =>
  Math.round(Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(tries, 10)) * (0.75 + random / 2));

/** What happens on the server, as it happens: one stream a browser, whatever the number of its windows. */
export const createLive = <State>(ports: LivePorts<State>) => {
  const { ask, pause, random, show, showMode, stream, windows } = ports;
  let [isPaused, isSeen] = [false, false];
  let running: AbortController | null = null;
  let last: State | null = null;

  const hear = (state: State): void => {
    last = state;
    show(state);
  };
  const askOnce = async (signal: AbortSignal): Promise<void> => {
    const state = await ask(signal);
    if (state !== null && !signal.aborted) hear(state);
  };

  const poll = async (signal: AbortSignal): Promise<void> => {
    showMode('polling');
    while (!signal.aborted) {
      await askOnce(signal);
      await pause(pollMs, signal);
    }
  };

  /** Ends the stream where no answer comes any more. */
  const check = async (open: AbortController): Promise<void> => {
    while (!open.signal.aborted) {
      await pause(checkMs, open.signal);
      if (open.signal.aborted) return;
      const state = await ask(open.signal);
      if (state === null) open.abort();
    }
  };

  const lead = async (channel: Channel<State>, signal: AbortSignal): Promise<void> => {
    for (let tries = 0; !signal.aborted; tries++) {
      const open = new AbortController();
      const end = () => open.abort();
      signal.addEventListener('abort', end);
      void check(open);
      await stream((state) => {
        tries = 0;
        showMode('leading');
        hear(state);
        channel.post({ kind: 'state', state });
      }, open.signal);
      open.abort();
      signal.removeEventListener('abort', end);
      if (signal.aborted) return;
      channel.post({ kind: 'lost' });
      await askOnce(signal);
      await pause(retryMs(tries, random()), signal);
    }
  };

  const follow = async (
    { alone, channel: openChannel }: NonNullable<LivePorts<State>['windows']>,
    signal: AbortSignal,
  ): Promise<void> => {
    showMode('following');
    const channel = openChannel();
    let isLeading = false;
    channel.listen((message) => {
      if (signal.aborted) return;
      if (message.kind === 'state') hear(message.state);
      else if (message.kind === 'lost') void askOnce(signal);
      else if (isLeading && last !== null) channel.post({ kind: 'state', state: last });
    });
    channel.post({ kind: 'hello' });
    await alone(() => {
      isLeading = true;
      return lead(channel, signal);
    }, signal);
    channel.close();
  };

  const change = (): void => {
    const shouldRun = isSeen && !isPaused;
    if (shouldRun === (running !== null)) return;
    running?.abort();
    running = shouldRun ? new AbortController() : null;
    if (running === null) showMode(isPaused ? 'paused' : 'resting');
    else void (windows === null ? poll(running.signal) : follow(windows, running.signal));
  };

  return {
    /** The window can be seen, or no longer. One that nobody sees holds no stream, and asks nothing. */
    see: (seen: boolean): void => {
      isSeen = seen;
      change();
    },
    /** Stays so until somebody ends it, also when the window comes back. */
    setPaused: (paused: boolean): void => {
      isPaused = paused;
      change();
    },
  };
};
