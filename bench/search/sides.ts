import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createOrderList } from '../../adapters/postgres/orders/list.ts';
import type { OrderQuery } from '../../core/order.ts';
import { type Explained, explained } from '../../tests/postgres/explained.ts';
import type { Bench, Contender, Sample } from '../row.ts';
import { type Asked, type Kind, kinds } from './classes.ts';
import type { Floor } from './floor.ts';

/** The newest orders before `after`, by their ids: a page of 20 and one more. */
type Page = (asked: Asked, after: string | null) => Promise<readonly string[]>;

type Side = {
  readonly name: string;
  readonly configuration: Contender['configuration'];
  readonly page: (sql: Sql) => Page;
};

const limit = 20;

export const ours: Side = {
  name: 'Cartwright',
  configuration: { statements: 'as the Read API asks them' },
  page: (sql) => {
    const list = createOrderList(sql);
    return async ({ search }, after) => {
      const { items, next } = await list({ ...everything, search, after });
      return [...items.map(({ id }) => id), ...(next === null ? [] : ['more'])];
    };
  },
};

/** Their values stand in the text, so that the planner knows them: prepared, it may plan for any word at all. */
const peer = (table: string, fits: (asked: Asked) => string): Side['page'] => {
  return (sql) => async (asked, after) => {
    const rows = await sql.unsafe<{ id: string }[]>(
      `select * from ${table} where ${fits(asked)} ${after === null ? '' : `and id < '${after}'`}
       order by id desc limit ${limit + 1}`,
    );
    return rows.map(({ id }, at) => (at < limit ? id : 'more'));
  };
};

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

export const peers: readonly Side[] = [
  {
    name: 'GIN tsvector',
    configuration: { index: 'gin (name_vector), fastupdate off, on the orders', plan: 'the planner’s own' },
    page: peer('gin_orders', ({ text }) => `name_vector @@ ${quoted(text)}::tsquery`),
  },
  {
    name: 'ILIKE, pg_trgm',
    configuration: { index: 'gin (name gin_trgm_ops), on the orders', plan: 'the planner’s own' },
    page: peer('trgm_orders', ({ patterns }) =>
      patterns.map((each) => `name ilike ${quoted(each)}`).join(' and '),
    ),
  },
];

/** The page whose questions are measured. */
export type PageNumber = 1 | 50;

/** Asks each kind of question in turn, with other terms each time, and measures the page that was asked for. */
export const contender = (bench: Bench, floor: Floor, side: Side, number: PageNumber): Contender => ({
  name: side.name,
  configuration: { ...side.configuration, orders: floor.orders, products: floor.products, page: number },
  round: async (round) => {
    const sql = connect({ url: floor.url, poolSize: 1 });
    const server = await explained(floor.url);
    const reference = ours.page(sql);
    const startsOf = starting(reference, bench.sized(20));
    const figures: Record<string, number> = {};
    try {
      for (const { name, ask } of kinds) {
        const starts = await startsOf(floor, number, round, ask);
        await expectSame(side, side.page(sql), reference, starts.slice(0, few));
        const times = await timesOf(side.page(sql), starts);
        figures[`${name} p50Ms`] = at(times, 0.5);
        figures[`${name} p99Ms`] = at(times, 0.99);
        figures[`${name} pages`] = await pagesOf(server, side, starts.slice(0, few));
      }
    } finally {
      await Promise.all([sql.end(), server.sql.end()]);
    }
    return { slowestP50Ms: most(figures, ' p50Ms'), mostPages: most(figures, ' pages'), ...figures };
  },
});

/** Of the questions: to see that the answer is right and what it reads, before or after the clock runs. */
const few = 8;

const expectSame = async (side: Side, page: Page, reference: Page, starts: readonly Start[]) => {
  for (const { asked, after } of starts) {
    const [found, expected] = [await page(asked, after), await reference(asked, after)];
    if (found.join() !== expected.join())
      throw new Error(`${side.name} finds other orders: ${asked.text} after ${after}`);
  }
};

const timesOf = async (page: Page, starts: readonly Start[]): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const { asked, after } of starts) {
    const startMs = performance.now();
    await page(asked, after);
    times.push(performance.now() - startMs);
  }
  return times;
};

const pagesOf = async (server: Explained, side: Side, starts: readonly Start[]): Promise<number> => {
  const page = side.page(server.sql);
  let pages = 0;
  for (const { asked, after } of starts)
    pages = Math.max(pages, await server.pagesOf(() => page(asked, after)));
  return pages;
};

type Start = { readonly asked: Asked; readonly after: string | null };

/** Where pages begin that were looked for already: paging there takes longer than what is measured. */
const known = new Map<string, string | null>();

const starting =
  (page: Page, turns: number) =>
  async (floor: Floor, number: PageNumber, round: number, ask: Kind['ask']): Promise<readonly Start[]> => {
    const starts: Start[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const asked = ask(number === 1 ? turn + round * turns : turn % 10, floor.products);
      const key = `${floor.orders} ${number} ${asked.text}`;
      const after = known.get(key) ?? (await startOf(page, asked, number));
      known.set(key, after);
      starts.push({ asked, after });
    }
    return starts;
  };

/** The last page where there are fewer. */
const startOf = async (page: Page, asked: Asked, number: PageNumber): Promise<string | null> => {
  let after: string | null = null;
  for (let at = 1; at < number; at++) {
    const found = await page(asked, after);
    const last = found[limit - 1];
    if (found.length <= limit || last === undefined) break;
    after = last;
  }
  return after;
};

const at = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;

const most = (figures: Sample, unit: string): number =>
  Math.max(...Object.entries(figures).flatMap(([name, value]) => (name.endsWith(unit) ? [value] : [])));

const everything: Omit<OrderQuery, 'search' | 'after'> = {
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  limit,
};
