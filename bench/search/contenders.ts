import { connect, type Sql } from '../../adapters/postgres/connection.ts';
import { createOrderList } from '../../adapters/postgres/orders/list.ts';
import type { OrderQuery } from '../../core/order.ts';
import { connectExplained, type ExplainedConnection } from '../../tests/postgres/explained.ts';
import type { Bench, Contender, Sample } from '../row.ts';
import type { SearchFixture } from './fixture.ts';
import { type QueryKind, queryKinds, type SearchTerms } from './kinds.ts';

/** Returns the ids of the newest 20 orders before `after`, and `more` if there are others. */
type FetchPage = (terms: SearchTerms, after: string | null) => Promise<readonly string[]>;

type SearchContender = {
  readonly name: string;
  readonly configuration: Contender['configuration'];
  readonly createPager: (sql: Sql) => FetchPage;
};

const limit = 20;

export const ours: SearchContender = {
  name: 'Cartwright',
  configuration: { statements: 'those of the Read API' },
  createPager: (sql) => {
    const list = createOrderList(sql);
    return async ({ search }, after) => {
      const { items, next } = await list({ ...noFilter, search, after });
      return [...items.map(({ id }) => id), ...(next === null ? [] : ['more'])];
    };
  },
};

/** The values are in the text, so that the planner knows them. A prepared statement would get a generic plan. */
const createPeerPager = (
  table: string,
  conditionOf: (terms: SearchTerms) => string,
): SearchContender['createPager'] => {
  return (sql) => async (terms, after) => {
    const rows = await sql.unsafe<{ id: string }[]>(
      `select * from ${table} where ${conditionOf(terms)} ${after === null ? '' : `and id < '${after}'`}
       order by id desc limit ${limit + 1}`,
    );
    return rows.map(({ id }, at) => (at < limit ? id : 'more'));
  };
};

const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;

export const peers: readonly SearchContender[] = [
  {
    name: 'GIN tsvector',
    configuration: { index: 'gin (name_vector), fastupdate off, on the orders', plan: 'the default' },
    createPager: createPeerPager('gin_orders', ({ text }) => `name_vector @@ ${sqlText(text)}::tsquery`),
  },
  {
    name: 'ILIKE, pg_trgm',
    configuration: { index: 'gin (name gin_trgm_ops), on the orders', plan: 'the default' },
    createPager: createPeerPager('trgm_orders', ({ patterns }) =>
      patterns.map((each) => `name ilike ${sqlText(each)}`).join(' and '),
    ),
  },
];

/** The number of the measured page. */
export type PageNumber = 1 | 50;

/** Measures one page of each kind of query, with different terms each time. */
export const createContender = (
  bench: Bench,
  fixture: SearchFixture,
  contender: SearchContender,
  number: PageNumber,
): Contender => ({
  name: contender.name,
  configuration: {
    ...contender.configuration,
    orders: fixture.orders,
    products: fixture.products,
    page: number,
  },
  round: async (round) => {
    const sql = connect({ url: fixture.url, poolSize: 1 });
    const server = await connectExplained(fixture.url);
    const reference = ours.createPager(sql);
    const startsOf = createStartFinder(reference, bench.scaleCount(20));
    const figures: Record<string, number> = {};
    try {
      for (const { name, termsAt } of queryKinds) {
        const starts = await startsOf(fixture, number, round, termsAt);
        await expectSame(contender, contender.createPager(sql), reference, starts.slice(0, sampleSize));
        const times = await timesOf(contender.createPager(sql), starts);
        figures[`${name} p50Ms`] = percentile(times, 0.5);
        figures[`${name} p99Ms`] = percentile(times, 0.99);
        figures[`${name} pages`] = await pagesOf(server, contender, starts.slice(0, sampleSize));
      }
    } finally {
      await Promise.all([sql.end(), server.sql.end()]);
    }
    return { slowestP50Ms: maxOf(figures, ' p50Ms'), mostPages: maxOf(figures, ' pages'), ...figures };
  },
});

/** The number of queries whose results and pages are checked, outside the measured time. */
const sampleSize = 8;

const expectSame = async (
  contender: SearchContender,
  page: FetchPage,
  reference: FetchPage,
  starts: readonly Start[],
) => {
  for (const { terms, after } of starts) {
    const [found, expected] = [await page(terms, after), await reference(terms, after)];
    if (found.join() !== expected.join())
      throw new Error(`${contender.name} finds other orders than Cartwright: ${terms.text} after ${after}`);
  }
};

const timesOf = async (page: FetchPage, starts: readonly Start[]): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const { terms, after } of starts) {
    const startMs = performance.now();
    await page(terms, after);
    times.push(performance.now() - startMs);
  }
  return times;
};

const pagesOf = async (
  server: ExplainedConnection,
  contender: SearchContender,
  starts: readonly Start[],
): Promise<number> => {
  const page = contender.createPager(server.sql);
  let pages = 0;
  for (const { terms, after } of starts)
    pages = Math.max(pages, await server.countPages(() => page(terms, after)));
  return pages;
};

type Start = { readonly terms: SearchTerms; readonly after: string | null };

/** Caches the starts of pages, because reading up to page 50 takes longer than the measurement. */
const knownStarts = new Map<string, string | null>();

const createStartFinder =
  (page: FetchPage, turns: number) =>
  async (
    fixture: SearchFixture,
    number: PageNumber,
    round: number,
    termsAt: QueryKind['termsAt'],
  ): Promise<readonly Start[]> => {
    const starts: Start[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const terms = termsAt(number === 1 ? turn + round * turns : turn % 10, fixture.products);
      const key = `${fixture.orders} ${number} ${terms.text}`;
      const after = knownStarts.get(key) ?? (await findStart(page, terms, number));
      knownStarts.set(key, after);
      starts.push({ terms, after });
    }
    return starts;
  };

/** Returns the start of page `number`, or of the last page if there are fewer. */
const findStart = async (page: FetchPage, terms: SearchTerms, number: PageNumber): Promise<string | null> => {
  let after: string | null = null;
  for (let at = 1; at < number; at++) {
    const found = await page(terms, after);
    const last = found[limit - 1];
    if (found.length <= limit || last === undefined) break;
    after = last;
  }
  return after;
};

export const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;

const maxOf = (figures: Sample, unit: string): number =>
  Math.max(...Object.entries(figures).flatMap(([name, value]) => (name.endsWith(unit) ? [value] : [])));

const noFilter: Omit<OrderQuery, 'search' | 'after'> = {
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  number: null,
  limit,
};
