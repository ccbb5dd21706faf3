import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { tokenFor } from '../../tests/processes/tokens.ts';
import { type Server, startApp } from '../app.ts';
import { startPostgres } from '../postgres.ts';

/** Rows that come and go, and the size of the whole. */
type Contents = {
  readonly databaseMb: number;
  readonly tasks: number;
  readonly events: number;
  readonly expiring: number;
  readonly counted: number;
};

/** The product as it starts by default, on a new database. */
export type SoakShop = {
  readonly app: Server;
  readonly url: string;
  readonly productIds: readonly string[];
  readContents(): Promise<Contents>;
  /** Throws if an order that was bought is not completed. Waits for what is still in the queue. */
  checkBought(bought: number): Promise<void>;
  close(): Promise<void>;
};

const products = 200;

/** `folder` has the file of SQLite. */
export const openSoakShop = async (database: 'postgres' | 'sqlite', folder: string): Promise<SoakShop> => {
  const opened = database === 'postgres' ? await openPostgres() : await openSqlite(folder);
  const app = await startApp(opened.databaseUrl);
  const url = `http://127.0.0.1:${app.port}`;
  return {
    app,
    url,
    productIds: await addProducts(url),
    readContents: async () => contentsOf(await opened.read(contentsQuery), await opened.bytes()),
    checkBought: async (bought) => {
      const untilMs = performance.now() + 600_000;
      for (;;) {
        const row = await opened.read(boughtQuery);
        if (Number(row.open) === 0) {
          if (Number(row.completed) !== bought)
            throw new Error(`${bought} orders were bought, and ${row.completed} are completed`);
          return;
        }
        if (performance.now() > untilMs)
          throw new Error(`${row.open} tasks are still open after ten minutes`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
    close: async () => {
      await app.stop();
      await opened.close();
    },
  };
};

type Row = Readonly<Record<string, unknown>>;

type OpenDatabase = {
  readonly databaseUrl: string;
  readonly read: (query: string) => Promise<Row>;
  readonly bytes: () => Promise<number>;
  readonly close: () => Promise<void>;
};

const openPostgres = async (): Promise<OpenDatabase> => {
  const postgres = await startPostgres();
  const databaseUrl = await postgres.create('soak');
  const sql = new Bun.SQL(databaseUrl, { max: 1 });
  const read = async (query: string): Promise<Row> => Object(await sql.unsafe(query))[0];
  return {
    databaseUrl,
    read,
    bytes: async () => Number((await read('select pg_database_size(current_database()) as bytes')).bytes),
    close: async () => {
      await sql.end();
      await postgres.remove();
    },
  };
};

const openSqlite = async (folder: string): Promise<OpenDatabase> => {
  const file = join(folder, 'soak.db');
  // Opened at the first read, when the file has its tables.
  let client: Database.Database | null = null;
  return {
    databaseUrl: `sqlite:${file}`,
    read: async (query) => {
      client ??= new Database(file, { readonly: true });
      return Object(client.prepare(query).get());
    },
    bytes: async () => statSync(file).size,
    close: async () => void client?.close(),
  };
};

const contentsQuery = `
  select
    (select count(*) from task) as tasks,
    (select count(*) from event) as events,
    (select count(*) from order_expiry) as expiring,
    (select count(*) from sold_units) + (select count(*) from stock_difference)
      + (select count(*) from counted_checkout) + (select count(*) from finished_tasks) as counted`;

const boughtQuery = `
  select
    (select count(*) from task) + (select count(*) from payment where status in ('initiated', 'unknown')) as open,
    (select count(*) from orders where status = 'completed') as completed`;

const contentsOf = (row: Row, bytes: number): Contents => ({
  databaseMb: bytes / 1_000_000,
  tasks: Number(row.tasks),
  events: Number(row.events),
  expiring: Number(row.expiring),
  counted: Number(row.counted),
});

/** Products of all types, so that all pipelines have work. */
const addProducts = async (url: string): Promise<readonly string[]> => {
  const headers = {
    authorization: `Bearer ${await tokenFor('op@shop.test', 'operator')}`,
    'content-type': 'application/json',
  };
  const types = ['physical', 'digital', 'service'];
  const drafts = Array.from({ length: products }, (_, number) => ({
    code: `SOAK-${number}`,
    name: `Soak ${number}`,
    type: types[number % types.length],
    price: { amount: 10_000, currency: 'VND' },
    stock: null,
  }));
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, { headers, ...init });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${JSON.stringify(body)}`);
    return Object(body);
  };
  await call('/products', { method: 'POST', body: JSON.stringify(drafts) });
  const ids: string[] = [];
  let cursor = '';
  do {
    const page = await call(`/products?limit=100${cursor}`);
    ids.push(...page.items.map(({ id }: { readonly id: string }) => id));
    cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor !== '');
  return ids;
};
