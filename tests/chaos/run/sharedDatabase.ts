import { startSilentProxy } from '../../postgres/silentProxy.ts';
import { openDatabase } from './database.ts';

/** A PostgreSQL server that the processes reach through a proxy, with the faults that they share. */
export type SharedDatabase = {
  /** The URL for the processes. */
  readonly url: string;
  /** All connections that are open go silent. New ones work. */
  silenceConnections(): void;
  /** Makes new sessions read-only, or writable again. Read-only ones begin at once, because it ends all sessions. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
  close(): Promise<void>;
};

/** The URL for connections that write although the database is read-only. */
export const writableUrl = (url: string): string => `${url}?default_transaction_read_only=off`;

export const startSharedDatabase = async (url: string): Promise<SharedDatabase> => {
  const proxy = await startSilentProxy(url);
  const name = new URL(url).pathname.slice(1);

  const trySetReadOnly = async (isReadOnly: boolean) => {
    const admin = openDatabase(writableUrl(url));
    try {
      await admin.run(
        `alter database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
      );
      if (isReadOnly)
        await admin.run(`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`);
    } finally {
      await admin.close();
    }
  };
  return {
    url: proxy.url,
    silenceConnections: () => void proxy.silence(),
    setReadOnly: async (isReadOnly) => {
      for (let tries = 1; ; tries++)
        try {
          return await trySetReadOnly(isReadOnly);
        } catch (cause) {
          // The server may be down. Nothing else makes the database writable again.
          if (tries === 200) throw cause;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
    },
    close: proxy.close,
  };
};
