import { attachedInvoices } from '../attachedInvoices.ts';
import type { ProductRow, ReceivedMail, Snapshot } from '../snapshot.ts';
import { type Database, openDatabase } from './database.ts';

/** Everything that the checker reads from our database. */
export type DatabaseRecords = Omit<
  Snapshot,
  | 'products'
  | 'pricedProduct'
  | 'clientLog'
  | 'takenMs'
  | 'carried'
  | 'requestedInvoices'
  | 'triedMails'
  | 'charges'
  | 'providerRefunds'
  | 'providerDisputes'
  | 'sentEvents'
> & {
  /** By product id; null for unlimited stock. */
  readonly stocks: ReadonlyMap<string, Pick<ProductRow, 'stock' | 'delivered'>>;
  /** By product id. */
  readonly prices: ReadonlyMap<string, number>;
};

export const readDatabase = async (url: string): Promise<DatabaseRecords> => {
  const database = openDatabase(url);
  try {
    return { ...(await readRecords(database)), mails: await readMails(database) };
  } finally {
    await database.close();
  }
};

/** All but the captured mails. */
export const readRecords = async (database: Reader): Promise<Omit<DatabaseRecords, 'mails'>> => ({
  ...(await readOrders(database)),
  ...(await readMoney(database)),
  ...(await readFulfilment(database)),
  stocks: await readStocks(database),
  ...(await readActivity(database)),
});

type Reader = Pick<Database, 'run'>;

const readStocks = async ({ run }: Reader): Promise<DatabaseRecords['stocks']> =>
  new Map(
    (await run('select product_id, limited, units, delivered from stock')).map((row) => [
      stringOf(row.product_id),
      { stock: row.limited ? Number(row.units) : null, delivered: Number(row.delivered) },
    ]),
  );

const readOrders = async ({ run }: Reader): Promise<Pick<DatabaseRecords, 'orders' | 'history'>> => {
  const orders = await run(
    'select id, email, product_id, product_type, quantity, amount, currency, status, disputed, checkout_id, held, expires_ms from orders',
  );
  const history = await run('select order_id, seq, state, at_ms, detail from order_history');
  return {
    orders: orders.map((row) => ({
      id: stringOf(row.id),
      email: stringOf(row.email),
      productId: stringOf(row.product_id),
      type: stringOf(row.product_type),
      quantity: Number(row.quantity),
      amount: Number(row.amount),
      currency: stringOf(row.currency),
      status: stringOf(row.status),
      // SQLite has 0 and 1.
      disputed: Boolean(row.disputed),
      checkoutId: stringOrNull(row.checkout_id),
      held: Number(row.held),
      expiresMs: Number(row.expires_ms),
    })),
    history: history.map((row) => ({
      orderId: stringOf(row.order_id),
      seq: Number(row.seq),
      state: stringOf(row.state),
      atMs: Number(row.at_ms),
      detail: stringOrNull(row.detail),
    })),
  };
};

type MoneyRecords = Pick<
  DatabaseRecords,
  'audits' | 'payments' | 'refunds' | 'creditNotes' | 'invoices' | 'storedEvents'
>;

const readMoney = async ({ run }: Reader): Promise<MoneyRecords> => {
  const audits = await run('select id, key, order_ids from audit');
  const payments = await run('select id, status, amount, currency, reference from payment');
  const refunds = await run(`
    select id, key, order_id, payment_id, amount, currency, origin, status, reference, credit_note_year,
      credit_note_sequence, credited_invoice, credited_line, created_ms, updated_ms
    from refund`);
  const invoices = await run('select checkout_id, task_id, year, sequence, content from invoice');
  const events = await run('select event_id from provider_event');
  return {
    audits: audits.map((row) => ({
      id: stringOf(row.id),
      key: stringOf(row.key),
      orderIds: stringsOf(row.order_ids),
    })),
    payments: payments.map((row) => ({
      id: stringOf(row.id),
      status: stringOf(row.status),
      amount: Number(row.amount),
      currency: stringOf(row.currency),
      reference: stringOrNull(row.reference),
    })),
    refunds: refunds.map((row) => ({
      id: stringOf(row.id),
      // Without the operator, who follows the key that the client sent.
      key: stringOf(row.key).split(' ')[0] ?? '',
      orderId: stringOrNull(row.order_id),
      paymentId: stringOf(row.payment_id),
      amount: Number(row.amount),
      currency: stringOf(row.currency),
      origin: stringOf(row.origin),
      status: stringOf(row.status),
      reference: stringOrNull(row.reference),
      createdMs: Number(row.created_ms),
      updatedMs: Number(row.updated_ms),
    })),
    creditNotes: refunds
      .filter((row) => row.credit_note_sequence !== null)
      .map((row) => ({
        refundId: stringOf(row.id),
        year: Number(row.credit_note_year),
        sequence: Number(row.credit_note_sequence),
        credited: `${row.credited_invoice} ${row.credited_line}`,
      })),
    invoices: invoices.map((row) => ({
      checkoutId: stringOf(row.checkout_id),
      taskId: stringOf(row.task_id),
      year: Number(row.year),
      sequence: Number(row.sequence),
      ...contentOf(row.content),
    })),
    storedEvents: events.map((row) => stringOf(row.event_id)),
  };
};

const readFulfilment = async ({
  run,
}: Reader): Promise<
  Pick<DatabaseRecords, 'tasks' | 'licences' | 'shipments' | 'invoiceAnswers' | 'pauses'>
> => {
  const tasks = await run('select id, order_ids, job_id, pipeline, step, state, last_error from task');
  const licences = await run('select order_id, unit, key from licence');
  const shipments = await run(`
    select order_id from shipment
    union all select order_id from step_reference where step = 'request_shipment'`);
  const answers = await run('select checkout_id, number from invoice_request where answered_ms is not null');
  const pauses = await run('select id, origin from pause');
  return {
    tasks: tasks.map((row) => ({
      id: stringOf(row.id),
      orderIds: stringsOf(row.order_ids),
      jobId: stringOrNull(row.job_id),
      pipeline: stringOf(row.pipeline),
      step: stringOf(row.step),
      state: stringOf(row.state),
      lastError: stringOrNull(row.last_error),
    })),
    licences: licences.map((row) => ({
      orderId: stringOf(row.order_id),
      unit: Number(row.unit),
      key: stringOf(row.key),
    })),
    shipments: shipments.map((row) => stringOf(row.order_id)),
    invoiceAnswers: answers.map((row) => ({
      checkoutId: stringOf(row.checkout_id),
      number: stringOrNull(row.number),
    })),
    pauses: pauses.map((row) => ({ id: stringOf(row.id), origin: stringOf(row.origin) })),
  };
};

const readActivity = async ({
  run,
}: Reader): Promise<Pick<DatabaseRecords, 'activity' | 'acknowledgements' | 'prices'>> => {
  const activity = await run('select action, target, order_id, detail, request_id from activity');
  const acknowledgements = await run('select subject, note from acknowledgement');
  const products = await run('select id, amount from product');
  return {
    activity: activity.map((row) => ({
      action: stringOf(row.action),
      target: stringOf(row.target),
      orderId: stringOrNull(row.order_id),
      detail: stringOrNull(row.detail),
      requestId: stringOf(row.request_id),
    })),
    acknowledgements: acknowledgements.map((row) => ({
      subject: stringOf(row.subject),
      note: stringOf(row.note),
    })),
    prices: new Map(products.map((row) => [stringOf(row.id), Number(row.amount)])),
  };
};

/** Mails are captured where no mail server is set. */
const readMails = async ({ run }: Reader): Promise<readonly ReceivedMail[]> =>
  (
    await run('select message_id, order_ids, recipient, subject, attachments, contents from captured_mail')
  ).map((row) => ({
    messageId: stringOf(row.message_id),
    taskId: taskIdIn(stringOf(row.message_id)),
    attachedInvoices: attachedInvoices(capturedFiles(row)),
    orderIds: stringsOf(row.order_ids),
    to: stringOf(row.recipient),
    kind: mailKindOf(stringOf(row.subject)),
  }));

/** `<task.step@domain>`. */
export const taskIdIn = (messageId: string): string => /^<([^.]+)\./.exec(messageId)?.[1] ?? '';

/** The bytes of all attachments stand one after the other. Those of an invoice that is not drawn yet are null. */
const capturedFiles = ({ attachments, contents }: Readonly<Record<string, unknown>>) => {
  const files: { readonly name: string; readonly size: number | null }[] =
    typeof attachments === 'string' ? JSON.parse(attachments) : attachments;
  const bytes = contents instanceof Uint8Array ? Buffer.from(contents) : Buffer.of();
  let from = 0;
  return files.map(({ name, size }) => {
    if (size === null) return { name, content: null };
    from += size;
    return { name, content: bytes.subarray(from - size, from) };
  });
};

/** All customers of the kill test get Vietnamese mails. */
export const mailKindOf = (subject: string): ReceivedMail['kind'] =>
  subject.startsWith('Đã hoàn tiền') ? 'refund' : 'receipt';

const stringOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw new Error(`expected a string, got ${value}`);
};

const stringOrNull = (value: unknown): string | null => (value === null ? null : stringOf(value));

/** Postgres returns an object, SQLite returns JSON. */
const contentOf = (value: unknown): Pick<Snapshot['invoices'][number], 'lines' | 'total'> => {
  const content = typeof value === 'string' ? JSON.parse(value) : value;
  return {
    lines: content.lines.map((line: { orderId: string; net: number }) => ({
      orderId: stringOf(line.orderId),
      amount: Number(line.net),
    })),
    total: Number(content.total),
  };
};

/** Postgres returns an array, SQLite returns JSON. */
const stringsOf = (value: unknown): readonly string[] => {
  const items: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  if (Array.isArray(items)) return items.map(stringOf);
  throw new Error(`expected an array, got ${value}`);
};
