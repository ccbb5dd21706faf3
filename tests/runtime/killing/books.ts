import type { MailSeen, Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';

/**
 * What is in the database and in the provider's book, in the checker's words; nobody was told anything yet.
 * `delivered` is what came in of each product.
 */
export const readSnapshot = async (
  url: string,
  delivered: ReadonlyMap<string, number | null>,
): Promise<Snapshot> => {
  const database = openDatabase(url);
  try {
    const { left, ...books } = await readBooks(database);
    const products = [...delivered].map(([id, came]) => ({
      id,
      delivered: came,
      left: left.get(id) ?? null,
    }));
    const mails = await readMails(database);
    const charges = await readProvider(url, database);
    const told = {
      orders: [],
      cancelled: [],
      checkouts: [],
      unexpected: [],
      finalOrders: [],
      finalCheckouts: [],
    };
    return { ...books, products, charges, mails, told };
  } finally {
    await database.close();
  }
};

/** The simulated provider's book: a schema of its own in Postgres, a file of its own beside a SQLite file. */
const readProvider = async (url: string, database: Database): Promise<Snapshot['charges']> => {
  if (!url.startsWith('sqlite:')) return readCharges(database, 'simulated_provider.charge');
  const book = openDatabase(url.replace(/(\.db)?$/, '.provider.db'));
  const charges = await readCharges(book, 'charge');
  await book.close();
  return charges;
};

/** Everything that is in the databases, in the checker's words. */
type Books = Omit<Snapshot, 'products' | 'told' | 'charges' | 'mails'> & {
  readonly left: ReadonlyMap<string, number | null>;
};

const readBooks = async ({ run }: Database): Promise<Books> => {
  const products = await run('select id, stock from product');
  const orders = await run(
    'select id, email, product_id, product_type, quantity, amount, currency, status, checkout_id from orders',
  );
  const history = await run('select order_id, seq, state from order_state');
  const audits = await run('select id, key, order_ids from audit');
  const payments = await run('select id, status, amount, currency, reference from payment');
  const tasks = await run('select id, order_id, state, last_error from task');
  const invoices = await run('select order_id, year, sequence from invoice');
  const licences = await run('select order_id, unit, key from licence');
  const shipments = await run('select order_id from shipment');
  return {
    left: new Map(products.map((row) => [text(row.id), row.stock === null ? null : Number(row.stock)])),
    orders: orders.map((row) => ({
      id: text(row.id),
      email: text(row.email),
      productId: text(row.product_id),
      type: text(row.product_type),
      quantity: Number(row.quantity),
      amount: Number(row.amount),
      currency: text(row.currency),
      status: text(row.status),
      checkoutId: orNull(row.checkout_id),
    })),
    history: history.map((row) => ({
      orderId: text(row.order_id),
      seq: Number(row.seq),
      state: text(row.state),
    })),
    audits: audits.map((row) => ({ id: text(row.id), key: text(row.key), orderIds: list(row.order_ids) })),
    payments: payments.map((row) => ({
      id: text(row.id),
      status: text(row.status),
      amount: Number(row.amount),
      currency: text(row.currency),
      reference: orNull(row.reference),
    })),
    tasks: tasks.map((row) => ({
      id: text(row.id),
      orderId: text(row.order_id),
      state: text(row.state),
      lastError: orNull(row.last_error),
    })),
    invoices: invoices.map((row) => ({
      orderId: text(row.order_id),
      year: Number(row.year),
      sequence: Number(row.sequence),
    })),
    licences: licences.map((row) => ({
      orderId: text(row.order_id),
      unit: Number(row.unit),
      key: text(row.key),
    })),
    shipments: shipments.map((row) => text(row.order_id)),
  };
};

/** The simulated provider's book; `table` is its name in this database. */
const readCharges = async ({ run }: Database, table: string): Promise<Snapshot['charges']> =>
  (await run(`select id, key, amount, currency, status from ${table}`)).map((row) => ({
    id: text(row.id),
    idempotencyKey: text(row.key),
    amount: Number(row.amount),
    currency: text(row.currency),
    status: text(row.status),
  }));

/** The mails that were captured instead of sent. */
const readMails = async ({ run }: Database): Promise<readonly MailSeen[]> =>
  (await run('select message_id, order_id, recipient from captured_mail')).map((row) => ({
    messageId: text(row.message_id),
    orderId: text(row.order_id),
    to: text(row.recipient),
  }));

const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new Error(`${value} is no text`);
};

const orNull = (value: unknown): string | null => (value === null ? null : text(value));

/** An array in Postgres, JSON in SQLite. */
const list = (value: unknown): readonly string[] => {
  const items: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  if (Array.isArray(items)) return items.map(text);
  throw new Error(`${value} is no list`);
};
