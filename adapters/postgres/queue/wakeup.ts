import { createHintCollector, type Hint } from '../../../core/hint.ts';
import type { Wakeup } from '../../../core/queue.ts';
import { sleep, type Timer } from '../../../core/timer.ts';
import type { Sql } from '../connection.ts';

const channel = 'cartwright_queue';

/**
 * Commits within this time share one hint, because each `NOTIFY` takes a lock that all sessions of the server share.
 */
const notifyEveryMs = 20;

/**
 * How often something is asked on the connection that listens. If it went silent, it would bring no hint and no error;
 * a statement ends it, and the driver listens again on another one.
 */
const askEveryMs = 30_000;

/** An empty payload is about all pipelines, as every one of 0.2.0 is. */
const payloadOf = (hint: Hint): string => (hint === null ? '' : hint.join(','));
const hintOf = (payload: string): Hint => (payload === '' ? null : payload.split(','));

/** Hints by `LISTEN` and `NOTIFY`. If a hint is lost, here or with a connection, the work waits for the next poll. */
export const createWakeup = (sql: Sql, timer: Timer): Wakeup => {
  const listeners = new Set<(hint: Hint) => void>();
  const collector = createHintCollector();
  let listening = false;
  let pending = false;

  const wakeAll = (payload: string) => {
    const hint = hintOf(payload);
    for (const listener of listeners) listener(hint);
  };
  const keepListening = async (): Promise<void> => {
    let isListening = false;
    for (let count = 0; listeners.size > 0; count++) {
      try {
        // A channel that is known is not asked for again, so each question has its own.
        if (isListening) await (await sql.listen(`${channel}_${count}`, () => {})).unlisten();
        else await sql.listen(channel, wakeAll);
        isListening = true;
      } catch {
        // The next round tries again.
      }
      await sleep(timer, askEveryMs, { background: true });
    }
    listening = false;
  };

  return {
    notify(hint = null) {
      collector.add(hint);
      if (pending) return;
      pending = true;
      const send = () => {
        pending = false;
        sql.notify(channel, payloadOf(collector.take())).catch(() => {});
      };
      timer.after(notifyEveryMs, send, { background: true });
    },
    listen(wake) {
      listeners.add(wake);
      if (!listening) {
        listening = true;
        void keepListening();
      }
      return () => listeners.delete(wake);
    },
  };
};
