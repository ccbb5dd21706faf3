import type { Wakeup } from '../../../core/queue.ts';
import type { Timer } from '../../../core/timer.ts';
import type { Sql } from '../connection.ts';

const channel = 'cartwright_queue';

/** Many commits close together share one hint: each takes a lock that all of the server's sessions share. */
const notifyEveryMs = 20;

/** `LISTEN` and `NOTIFY`. A hint that is lost, here or on a broken connection, costs one polling pause. */
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
        const hear = () => {
          for (const listener of listeners) listener();
        };
        sql.listen(channel, hear).catch(() => {
          listening = false;
        });
      }
      return () => listeners.delete(wake);
    },
  };
};
