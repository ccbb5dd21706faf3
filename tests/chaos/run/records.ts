import type { MailSeen, Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';

/** Everything that is in our database, in the checker's words. */
export type Books = Omit<
  Snapshot,
  'products' | 'told' | 'charges' | 'givenBack' | 'eventsSent' | 'policy'
> & {
  /** Of each product; null where it cannot run out. */
  readonly left: ReadonlyMap<string, number | null>;
};

export const readBooks = async (url: string): Promise<Books> => {
  const database = openDatabase(url);
  try {
    return {
      ...(await readOrders(database)),
      ...(await readMoney(database)),
      ...(await readWork(database)),
      left: await readStock(database),
      mails: await readMails(database),
    };
  } finally {
    await database.close();
  }
};

const readStock = async ({ run }: Database): Promise<Books['left']> =>
  new Map(
    (await run('select id, stock from product')).map((row) => [
      text(row.id),
      row.stock === null ? null : Number(row.stock),
    ]),
  );

const readOrders = async ({ run }: Database): Promise<Pick<Books, 'orders' | 'history'>> => {
  const orders = await run(
    'select id, email, product_id, product_type, quantity, amount, currency, status, checkout_id from orders',
  );
  const history = await run('select order_id, seq, state from order_state');
  return {
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
  };
};

type Money = Pick<Books, 'audits' | 'payments' | 'refunds' | 'creditNotes' | 'invoices' | 'events'>;

const readMoney = async ({ run }: Database): Promise<Money> => {
  const audits = await run('select id, key, order_ids from audit');
  const payments = await run('select id, status, amount, currency, reference from payment');
  const refunds = await run(`
    select id, key, order_id, payment_id, amount, currency, status, reference, credit_note_year,
      credit_note_sequence, created_ms, updated_ms
    from refund`);
  const invoices = await run('select order_id, year, sequence from invoice');
  const events = await run('select event_id from provider_event');
  return {
    audits: audits.map((row) => ({ id: text(row.id), key: text(row.key), orderIds: list(row.order_ids) })),
    payments: payments.map((row) => ({
      id: text(row.id),
      status: text(row.status),
      amount: Number(row.amount),
      currency: text(row.currency),
      reference: orNull(row.reference),
    })),
    refunds: refunds.map((row) => ({
      id: text(row.id),
      key: text(row.key),
      orderId: orNull(row.order_id),
      paymentId: text(row.payment_id),
      amount: Number(row.amount),
      currency: text(row.currency),
      status: text(row.status),
      reference: orNull(row.reference),
      createdMs: Number(row.created_ms),
      updatedMs: Number(row.updated_ms),
    })),
    creditNotes: refunds
      .filter((row) => row.credit_note_sequence !== null)
      .map((row) => ({
        refundId: text(row.id),
        year: Number(row.credit_note_year),
        sequence: Number(row.credit_note_sequence),
      })),
    invoices: invoices.map((row) => ({
      orderId: text(row.order_id),
      year: Number(row.year),
      sequence: Number(row.sequence),
    })),
    events: events.map((row) => text(row.event_id)),
  };
};

const readWork = async ({ run }: Database): Promise<Pick<Books, 'tasks' | 'licences' | 'shipments'>> => {
  const tasks = await run('select id, order_id, job_id, pipeline, state, last_error from task');
  const licences = await run('select order_id, unit, key from licence');
  const shipments = await run('select order_id from shipment');
  return {
    tasks: tasks.map((row) => ({
      id: text(row.id),
      orderId: orNull(row.order_id),
      jobId: orNull(row.job_id),
      pipeline: text(row.pipeline),
      state: text(row.state),
      lastError: orNull(row.last_error),
    })),
    licences: licences.map((row) => ({
      orderId: text(row.order_id),
      unit: Number(row.unit),
      key: text(row.key),
    })),
    shipments: shipments.map((row) => text(row.order_id)),
  };
};

/** The mails that were captured instead of sent. */
const readMails = async ({ run }: Database): Promise<readonly MailSeen[]> =>
  (await run('select message_id, order_id, recipient, subject from captured_mail')).map((row) => ({
    messageId: text(row.message_id),
    orderId: text(row.order_id),
    to: text(row.recipient),
    kind: kindOf(text(row.subject)),
  }));

/** All customers of the test read Vietnamese. */
export const kindOf = (subject: string): MailSeen['kind'] =>
  subject.startsWith('Đã hoàn tiền') ? 'refund' : 'receipt';

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
