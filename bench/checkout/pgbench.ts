import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCounters } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import type { Bench, Contender, Sample } from '../row.ts';
import { checkCounts, countsQuery, type ShopFixture } from './fixture.ts';

export const pgbenchMissing =
  'pgbench was not found, so the peer with one commit for each checkout was not measured. Install it with: apt-get install postgresql-contrib';

/** Looks in PATH and where Debian installs it. Null where it is not installed. */
export const findPgbench = (): string | null => {
  const versions = '/usr/lib/postgresql';
  const folders = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, 'bin'))
    : [];
  const places = [...(process.env.PATH ?? '').split(':'), ...folders.toReversed()];
  return places.map((place) => join(place, 'pgbench')).find((path) => existsSync(path)) ?? null;
};

const clientCounts = [4, 8, 16, 32];

/**
 * The limit of one commit for each checkout: one prepared statement writes all rows of a checkout in a transaction of
 * its own. It has no HTTP, no charge, and no claim before the charge. It is run with the number of clients that is
 * fastest, which is measured first.
 */
export const createPgbench = async (
  bench: Bench,
  postgres: Postgres,
  fixture: ShopFixture,
  program: string,
  count: number,
): Promise<Contender> => {
  const folder = bench.createFolder();
  const script = join(folder, 'checkout.sql');
  writeFileSync(script, checkoutScript);
  const round = (clients: number, orders: number) =>
    run(postgres, fixture, { program, script, clients, orders });

  const tried: { readonly clients: number; readonly perSecond: number }[] = [];
  for (const clients of clientCounts) {
    const { perSecond = 0 } = await round(clients, Math.ceil(count / 2));
    bench.progress(`pgbench with ${clients} clients: ${Math.round(perSecond)}/s`);
    tried.push({ clients, perSecond });
  }
  const best = tried.reduce((a, b) => (b.perSecond > a.perSecond ? b : a)).clients;
  return {
    name: 'pgbench, one commit a checkout',
    configuration: {
      version: spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim(),
      flags: `--protocol prepared --jobs 2 --client ${best}`,
      clientsTried: clientCounts.join(', '),
      count,
    },
    round: () => round(best, count),
  };
};

type PgbenchRun = {
  readonly program: string;
  readonly script: string;
  readonly clients: number;
  readonly orders: number;
};

const run = async (
  postgres: Postgres,
  fixture: ShopFixture,
  { program, script, clients, orders }: PgbenchRun,
): Promise<Sample> => {
  const each = Math.floor(orders / clients);
  const url = await postgres.create('bench_pgbench', fixture.template);
  const sql = new Bun.SQL(url, { max: 1 });
  await sql.unsafe(numberedOrders);
  await sql.unsafe('vacuum (analyze) numbered_order');
  await postgres.run('checkpoint');
  const before = await readCounters(postgres);
  const result = spawnSync(
    program,
    [
      ...['--no-vacuum', '--protocol', 'prepared', '--jobs', '2', '--client', String(clients)],
      ...[
        '--transactions',
        String(each),
        '--define',
        'i=0',
        '--define',
        `each=${each}`,
        '--file',
        script,
        url,
      ],
    ],
    { encoding: 'utf8' },
  );
  const after = await readCounters(postgres);
  const perSecond = Number(/tps = ([\d.]+)/.exec(result.stdout)?.[1]);
  const latency = Number(/latency average = ([\d.]+)/.exec(result.stdout)?.[1]);
  const [counts] = await sql.unsafe(countsQuery);
  await sql.end();
  await postgres.drop('bench_pgbench');
  const paidOrders = each * clients;
  if (result.status !== 0) throw new Error(`pgbench failed: ${result.stderr}`);
  checkCounts(counts ?? {}, fixture.history + paidOrders);
  return {
    perSecond,
    averageMs: latency,
    commitsEach: 1,
    walBytesEach: (after.walBytes - before.walBytes) / paidOrders,
    databaseCpuUsEach: ((after.cpuSeconds - before.cpuSeconds) / paidOrders) * 1e6,
  };
};

/** pgbench can count but has no list of ids, so each order gets a number. */
const numberedOrders = `
  create table numbered_order (n integer primary key, order_id uuid not null);
  insert into numbered_order select row_number() over (order by id), id from orders where status = 'pending'`;

/** A response of the length that the product stores. It is the same for all, so that pgbench need not build it. */
const response = JSON.stringify({
  status: 'succeeded',
  requestId: '019800000000700080000000000000-12345',
  reference: 'pi_01980000000070008000000000000000',
  declineCode: null,
  action: null,
  orders: [
    { status: 'paid', checkoutId: '01980000-0000-7000-8000-000000000000', updatedAtMs: 1_780_000_000_000 },
  ],
});

/** The response is encoded as base64, because pgbench would read its colons as variables. */
const checkoutScript = `
\\set i :i + 1
\\set n :client_id * :each + :i
with chosen as materialized (
  select order_id, uuidv7() as id, (extract(epoch from now()) * 1000)::bigint as now_ms from numbered_order where n = :n
), paid as (
  update orders o set status = 'paid', checkout_id = chosen.id, checkout_number = '100001', seq = o.seq + 2, updated_ms = now_ms
  from chosen where o.id = chosen.order_id and o.status = 'pending'
  returning o.id as order_id, chosen.id, o.customer_id, o.amount, o.currency, o.seq, o.product_type, now_ms
), audited as (
  insert into audit (id, key, customer_id, order_ids, created_ms, number_prefix)
  select id, gen_random_uuid(), customer_id, array[order_id], now_ms, ''
  from paid
), charged as (
  insert into payment
    (id, status, attempt, amount, currency, method, reference, recover_ms, claimed_ms, updated_ms, response)
  select id, 'succeeded', 1, amount, currency, 'pm_card_visa', 'pi_' || replace(id::text, '-', ''), now_ms + 15000,
    now_ms, now_ms, convert_from(decode('${Buffer.from(response).toString('base64')}', 'base64'), 'UTF8')::jsonb
  from paid
), appended as (
  insert into order_state (order_id, seq, state, at_ms)
  select order_id, seq - 1, 'paying', now_ms from paid union all select order_id, seq, 'paid', now_ms from paid
)
insert into task (id, checkout_id, order_ids, seqs, pipeline, step, state, run_ms)
select uuidv7(), id, array[order_id], array[seq], product_type, 'invoice', 'ready', now_ms from paid;
`;
