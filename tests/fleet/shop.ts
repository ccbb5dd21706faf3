import { type Client, createClient, expectStatus, textAt, valueAt } from '../processes/client.ts';
import type { App } from '../processes/processes.ts';
import type { PostgresServer } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { onServer } from './standby.ts';

/** What a page of the shop remembers of its last command. */
export const consistencyToken = ({ headers }: { readonly headers: Headers }): string =>
  headers.get('consistency-token') ?? '';

/** Reads as a customer, with the token of an earlier command if one is given. */
export const read = async (
  { url }: Pick<App, 'url'>,
  path: string,
  email: string,
  token: string | null,
  role: 'customer' | 'operator' = 'customer',
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const headers = new Headers({ authorization: `Bearer ${await tokenFor(email, role)}` });
  if (token !== null) headers.set('consistency-token', token);
  const response = await fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(30_000) });
  return { status: response.status, body: await response.json() };
};

/** Adds a product that never runs out, and returns its id, which is read by the token: a replica may be behind. */
export const addProductFor = async (commands: App, queries: App, code: string): Promise<string> => {
  const operator = createClient(commands.url, await tokenFor('op@shop.test', 'operator'));
  const price = { amount: 10_000, currency: 'VND' };
  const product = { code, name: `Product ${code}`, type: 'physical', price, stock: null };
  const added = expectStatus(await operator.post('/products', [product]), 200);
  const { body } = await read(queries, `/products?q=${code}`, 'op@shop.test', consistencyToken(added));
  const [found] = valueAt(body, 'items') as readonly unknown[];
  return textAt({ body: found }, 'id');
};

export const customerOf = async (app: App, email: string): Promise<Client> =>
  createClient(app.url, await tokenFor(email));

/** How many queries of the process each route has had. */
export const routesOf = async (app: App): Promise<Readonly<Record<string, number>>> => {
  const headers = { authorization: `Bearer ${await tokenFor('op@shop.test', 'operator')}` };
  const text = await (await fetch(new URL('/metrics', app.url), { headers })).text();
  return Object.fromEntries(
    [...text.matchAll(/^cartwright_replica_reads_total\{route="(\w+)"\} (\d+)/gm)].map(([, route, count]) => [
      route,
      Number(count),
    ]),
  );
};

export type Ready = {
  readonly status?: string;
  readonly degraded?: readonly string[];
  readonly replica?: { readonly state: string; readonly lagMs: number | null };
};

const readyOf = async ({ url }: Pick<App, 'url'>): Promise<Ready> =>
  (await (await fetch(new URL('/health/ready', url))).json()) as Ready;

/** Waits until the process says of its databases what `is` looks for. */
export const waitForHealth = async (app: App, is: (ready: Ready) => boolean): Promise<Ready> => {
  const untilMs = Date.now() + 60_000;
  for (;;) {
    const ready = await readyOf(app);
    if (is(ready)) return ready;
    if (Date.now() > untilMs) throw new Error(`the process does not say so: ${JSON.stringify(ready)}`);
    await Bun.sleep(100);
  }
};

/** The role of docs/operating/replicas.md, which may only read. Returns the URL of a server for it. */
export const createReader = async (primary: PostgresServer): Promise<void> => {
  await onServer(primary, (sql) =>
    sql.unsafe(`
      create role cartwright_read login;
      grant usage on schema public to cartwright_read;
      grant select on all tables in schema public to cartwright_read;
      alter default privileges in schema public grant select on tables to cartwright_read`),
  );
};

export const asReader = ({ url }: PostgresServer): string =>
  url('postgres').replace('postgres@', 'cartwright_read@');
