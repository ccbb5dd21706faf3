import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countersOf } from '../counters.ts';
import type { Postgres } from '../postgres.ts';
import type { Bench, Contender, Sample } from '../row.ts';
import { booksQuery, checkBooks, type ShopFloor } from './shopfloor.ts';

export const pgbenchMissing =
  'pgbench was not found, so that the limit of one commit a checkout was not measured: apt-get install postgresql-contrib';

/** Where Debian and others put it; null where it is not there. */
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
 * The limit of one commit a checkout: everything that a checkout leaves behind, written by one prepared
 * statement that is a transaction of its own, with no HTTP, no claim before the charge and no charge. It
 * is run with the number of clients that is best for it, which is looked for first.
 */
export const pgbench = async (
  bench: Bench,
  postgres: Postgres,
  floor: ShopFloor,
  program: string,
  count: number,
): Promise<Contender> => {
  const folder = bench.folder();
  const script = join(folder, 'checkout.sql');
  writeFileSync(script, checkoutScript);
  const round = (clients: number, orders: number) =>
    run(postgres, floor, { program, script, clients, orders });

  const tried: { readonly clients: number; readonly perSecond: number }[] = [];
  for (const clients of clientCounts) {
    const { perSecond = 0 } = await round(clients, Math.ceil(count / 2));
    bench.say(`pgbench with ${clients} clients: ${Math.round(perSecond)}/s`);
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

type Asked = {
  readonly program: string;
  readonly script: string;
  readonly clients: number;
  readonly orders: number;
};

const run = async (
  postgres: Postgres,
  floor: ShopFloor,
  { program, script, clients, orders }: Asked,
): Promise<Sample> => {
  const each = Math.floor(orders / clients);
  const url = await postgres.create('bench_pgbench', floor.template);
  const sql = new Bun.SQL(url, { max: 1 });
  await sql.unsafe(numberedOrders);
  await sql.unsafe('vacuum (analyze) bench_line');
  await postgres.run('checkpoint');
  const before = await countersOf(postgres);
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
  const after = await countersOf(postgres);
  const perSecond = Number(/tps = ([\d.]+)/.exec(result.stdout)?.[1]);
  const latency = Number(/latency average = ([\d.]+)/.exec(result.stdout)?.[1]);
  const [books] = await sql.unsafe(booksQuery);
  await sql.end();
  await postgres.drop('bench_pgbench');
  const paid = each * clients;
  if (result.status !== 0) throw new Error(`pgbench failed: ${result.stderr}`);
  checkBooks(books ?? {}, floor.history + paid);
  return {
    perSecond,
    averageMs: latency,
    commitsEach: 1,
    walBytesEach: (after.walBytes - before.walBytes) / paid,
    databaseCpuUsEach: ((after.cpuSeconds - before.cpuSeconds) / paid) * 1e6,
  };
};

/** pgbench counts, and knows no ids. */
const numberedOrders = `
  create table bench_line (n integer primary key, order_id uuid not null);
  insert into bench_line select row_number() over (order by id), id from orders where status = 'pending'`;

/** An answer of the length that the product stores; the same for all, which spares pgbench to make it. */
const answer = JSON.stringify({
  status: 'succeeded',
  requestId: '019800000000700080000000000000-12345',
  reference: 'pi_01980000000070008000000000000000',
  declineCode: null,
  action: null,
  orders: [
    { status: 'paid', checkoutId: '01980000-0000-7000-8000-000000000000', updatedAtMs: 1_780_000_000_000 },
  ],
});

/** The colon of a cast is doubled by itself; those of the answer must not pass for variables. */
const checkoutScript = `
\\set i :i + 1
\\set n :client_id * :each + :i
with line as materialized (
  select order_id, uuidv7() as id, (extract(epoch from now()) * 1000)::bigint as now_ms from bench_line where n = :n
), paid as (
  update orders o set status = 'paid', checkout_id = line.id, seq = o.seq + 2, updated_ms = now_ms
  from line where o.id = line.order_id and o.status = 'pending'
  returning o.id as order_id, line.id, o.customer_id, o.amount, o.currency, o.seq, o.product_type, now_ms
), audited as (
  insert into audit (id, key, customer_id, order_ids, created_ms)
  select id, gen_random_uuid(), customer_id, array[order_id], now_ms
  from paid
), charged as (
  insert into payment
    (id, status, attempt, amount, currency, method, reference, due_ms, claimed_ms, updated_ms, answer)
  select id, 'succeeded', 1, amount, currency, 'pm_card_visa', 'pi_' || replace(id::text, '-', ''), now_ms + 15000,
    now_ms, now_ms, convert_from(decode('${Buffer.from(answer).toString('base64')}', 'base64'), 'UTF8')::jsonb
  from paid
), told as (
  insert into order_state (order_id, seq, state, at_ms)
  select order_id, seq - 1, 'paying', now_ms from paid union all select order_id, seq, 'paid', now_ms from paid
)
insert into task (id, order_id, pipeline, step, state, run_ms, seq)
select uuidv7(), order_id, product_type, 'reserve_stock', 'ready', now_ms, seq from paid;
`;
