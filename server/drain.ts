import type { ApiDeps } from '../api/deps.ts';
import type { Listening } from '../api/http/serve.ts';
import { sleep, type Timer, withTimeout } from '../core/timer.ts';

/** The time in which load balancers notice that a process is about to close, where no setting says otherwise. */
export const defaultDrainMs = 5_000;

type Server = Pick<Listening, 'closeConnections' | 'holdResponses' | 'received' | 'stop'>;

/** The end of a process that serves: its load balancer learns of it before the listener closes. */
export type Drain = {
  /** Whether the process is ready, and what is not. From the first moment of the stop it is not ready. */
  readonly isReady: ApiDeps['isReady'];
  /**
   * Goes on answering for `drainMs`, and asks every client to close its connection. Then accepts nothing more, and waits
   * at most `shutdownMs` for the open requests. A stream has no end of its own, so `endStreams` is called first: its
   * client connects again, and to another process.
   *
   * A listener that closes resets the connections whose request is not read yet, and a proxy without health checks makes
   * new ones until the end. So the last responses are held for a moment: who waits for one sends nothing new.
   */
  readonly close: (server: Server, endStreams: () => void) => Promise<void>;
};

export const createDrain = (
  timer: Timer,
  { drainMs, shutdownMs }: { readonly drainMs: number; readonly shutdownMs: number },
  isDatabaseReady: () => Promise<boolean>,
): Drain => {
  let begun = false;
  return {
    isReady: async () => {
      if (begun) return { ready: false, missing: ['stopping'] };
      const ready = await isDatabaseReady();
      return { ready, missing: ready ? [] : ['database'] };
    },
    close: async (server, endStreams) => {
      begun = true;
      server.closeConnections();
      endStreams();
      if (drainMs > 0) await sleep(timer, drainMs);
      const release = server.holdResponses();
      if (drainMs > 0) await waitForQuiet(timer, server);
      const stopped = server.stop();
      release();
      await withTimeout(timer, shutdownMs, stopped, () => {});
    },
  };
};

const checkEveryMs = 5;
const quietChecks = 20;
const checksMax = 100;

/** Waits, for half a second at most, until no request has come for some time. */
const waitForQuiet = async (timer: Timer, { received }: Server): Promise<void> => {
  let quiet = 0;
  for (let checks = 0; checks < checksMax && quiet < quietChecks; checks++) {
    const before = received();
    await sleep(timer, checkEveryMs);
    quiet = received() === before ? quiet + 1 : 0;
  }
};
