import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nginxAvailable, startNginx } from '../../edge/nginx.ts';
import { createScratchFolder } from '../../processes/cleanup.ts';
import { type App, startApp, stopApp } from '../../processes/processes.ts';
import { createSeededRandom } from '../../processes/random.ts';
import { freePort, startPostgresServer } from '../../processes/server.ts';
import type { ReceivedMail } from '../snapshot.ts';
import { withoutLimits } from './limits.ts';
import { type SharedDatabase, startSharedDatabase, writableUrl } from './sharedDatabase.ts';
import { type SmtpSink, startSmtpSink } from './smtpSink.ts';

/** A shop with one fault. */
export type RateShop = {
  /** Of the test's own connections. */
  readonly databaseUrl: string;
  /** For operators. */
  readonly url: string;
  /** For buyers. */
  urls(): readonly string[];
  /** Null where mails are captured. */
  readonly mails: (() => readonly ReceivedMail[]) | null;
  /** Makes the fault and ends it. */
  breakFor(): Promise<void>;
  close(): Promise<void>;
};

type Services = {
  readonly databaseUrl: string;
  readonly database: SharedDatabase;
  readonly smtpSink: SmtpSink;
};

const env = {
  PAYMENT_PROVIDER: 'simulated',
  RECONCILE_AFTER_MS: '1000',
  LOG_LEVEL: 'warn',
  ...withoutLimits,
};

/** Two API processes and a worker on PostgreSQL, with a mail server. */
export const openPostgresShop = async (fault: (services: Services) => Promise<void>): Promise<RateShop> => {
  const server = await startPostgresServer({ fsync: true });
  const databaseUrl = writableUrl(server.url('postgres'));
  const database = await startSharedDatabase(server.url('postgres'));
  const smtpSink = await startSmtpSink(createSeededRandom(1));
  smtpSink.stopFaults();
  const start = (role: 'all' | 'worker') =>
    startApp({ databaseUrl: database.url, role, env: { ...env, SMTP_URL: smtpSink.url } });
  // The first one migrates the database.
  const apps = [await start('all'), await start('all'), await start('worker')] as const;
  const urls = [apps[0].url, apps[1].url];
  return {
    databaseUrl,
    url: apps[0].url,
    urls: () => urls,
    mails: () => smtpSink.mails,
    breakFor: () => fault({ databaseUrl, database, smtpSink }),
    close: async () => {
      await Promise.all(apps.map((app) => stopApp(app)));
      await Promise.all([database.close(), smtpSink.close()]);
      await server.remove();
    },
  };
};

/** One process on a SQLite file, which is moved away and back. */
export const openFileShop = async (wait: () => Promise<void>): Promise<RateShop> => {
  const folder = createScratchFolder('rates');
  const path = join(folder, 'shop.db');
  const app = await startApp({ databaseUrl: `sqlite:${path}`, env });
  const away = join(folder, 'away');
  mkdirSync(away);
  const move = (from: string, to: string) => {
    for (const end of ['', '-wal', '-shm']) {
      const name = `${basename(path)}${end}`;
      if (existsSync(join(from, name))) renameSync(join(from, name), join(to, name));
    }
  };
  return {
    databaseUrl: `sqlite:${path}`,
    url: app.url,
    urls: () => [app.url],
    mails: null,
    breakFor: async () => {
      move(folder, away);
      await wait();
      move(away, folder);
    },
    close: async () => void (await stopApp(app)),
  };
};

/** Two of each role on PostgreSQL behind nginx, restarted in turn. */
export const openRestartingShop = async (): Promise<RateShop> => {
  if (!nginxAvailable()) throw new Error('nginx is not installed');
  const server = await startPostgresServer({ fsync: true });
  const databaseUrl = server.url('postgres');
  const ports = await Promise.all(Array.from({ length: 4 }, freePort));
  const [first = 0, second = 0, third = 0, fourth = 0] = ports;
  const nginx = await startNginx({ commands: [first, second], queries: [third, fourth] });
  const start = (role: 'checkout' | 'read' | 'worker', port?: number) =>
    startApp({
      databaseUrl,
      role,
      // The default, because nginx needs it.
      env: { ...env, DRAIN_MS: undefined },
      ...(port !== undefined && { port }),
    });
  type Place = { readonly start: () => Promise<App>; app: App };
  const places: Place[] = [];
  for (const [role, port] of [
    ['checkout', first],
    ['checkout', second],
    ['read', third],
    ['read', fourth],
    ['worker', undefined],
    ['worker', undefined],
  ] as const)
    places.push({ start: () => start(role, port), app: await start(role, port) });
  return {
    databaseUrl,
    url: nginx.url,
    urls: () => [nginx.url],
    mails: null,
    breakFor: async () => {
      for (const place of places) {
        await stopApp(place.app);
        place.app = await place.start();
      }
    },
    close: async () => {
      await Promise.all(places.map(({ app }) => stopApp(app)));
      await nginx.close();
      await server.remove();
    },
  };
};
