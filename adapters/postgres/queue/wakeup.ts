import type { Wakeup } from '../../../core/queue.ts';
import type { Timer } from '../../../core/timer.ts';
import type { Sql } from '../connection.ts';

const channel = 'cartwright_queue';

/**
 * Commits within this time share one hint, because each `NOTIFY` takes a lock that all sessions of the server share.
 */
const notifyEveryMs = 20;

/** Hints by `LISTEN` and `NOTIFY`. If a hint is lost, here or with a connection, the work waits for the next poll. */
export const createWakeup = (sql: Sql, timer: Timer): Wakeup => {
  const listeners = new Set<() => void>();
  let listening = false;
  let pending = false;

  return {
    notify() {
      if (pending) return;
      pending = true;
      const send = () => {
        pending = false;
        sql.notify(channel, '').catch(() => {});
      };
      timer.after(notifyEveryMs, send, { background: true });
    },
    listen(wake) {
      listeners.add(wake);
      if (!listening) {
        listening = true;
        const wakeAll = () => {
          for (const listener of listeners) listener();
        };
        sql.listen(channel, wakeAll).catch(() => {
          listening = false;
        });
      }
      return () => listeners.delete(wake);
    },
  };
};
