import type { Channel, LivePorts } from './live.ts';
import type { PageEvents } from './pause.ts';

/** The ports of a browser. `name` is another one for each person, so that no window shows what another may see. */
export const browserLivePorts = <State>(
  name: string,
): Pick<LivePorts<State>, 'windows' | 'stream' | 'random'> => ({
  // Without https there are none, except on the machine itself.
  windows:
    'locks' in navigator && typeof BroadcastChannel === 'function'
      ? { alone: alone(name), channel: () => openChannel<State>(name) }
      : null,
  stream: (hear, signal) =>
    new Promise((resolve) => {
      const source = new EventSource('/live');
      // The browser would connect again by itself, without a growing pause and without saying why it had to.
      const end = () => {
        source.close();
        signal.removeEventListener('abort', end);
        resolve();
      };
      source.onmessage = ({ data }) => {
        const state = parse<State>(data);
        if (state === null) end();
        else hear(state);
      };
      source.onerror = end;
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    }),
  random: () => Math.random(),
});

const alone =
  (name: string) =>
  async (work: () => Promise<void>, signal: AbortSignal): Promise<void> => {
    try {
      await navigator.locks.request(name, { signal }, work);
    } catch {
      // The window waits for it no longer.
    }
  };

const openChannel = <State>(name: string): Channel<State> => {
  const channel = new BroadcastChannel(name);
  return {
    post: (message) => channel.postMessage(message),
    listen: (hear) => {
      channel.onmessage = ({ data }) => hear(data);
    },
    close: () => channel.close(),
  };
};

/** Null for text that is no event of ours. */
const parse = <State>(text: unknown): State | null => {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
};

/**
 * Tells whether the window can be seen. A page that the browser keeps for Back is not: an open stream would keep it from
 * being kept, and from ending. Returns what ends it.
 */
export const watchSight = (
  { window, document }: Pick<PageEvents, 'window' | 'document'>,
  see: (isSeen: boolean) => void,
): (() => void) => {
  const look = () => see(document.visibilityState === 'visible');
  const hide = () => see(false);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pageshow', look);
  window.addEventListener('pagehide', hide);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('pageshow', look);
    window.removeEventListener('pagehide', hide);
    see(false);
  };
};
