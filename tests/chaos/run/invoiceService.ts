import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { SeededRandom } from '../../processes/random.ts';
import type { RequestedInvoice } from '../snapshot.ts';
import { answerOf, type RawRequest, startRawServer } from './rawHttp.ts';

/**
 * An invoice service with faults. What it has issued it keeps, and it answers a key that it knows as before: slowly, with an
 * error, twice, or not at all.
 */
export type InvoiceService = {
  readonly env: Readonly<Record<string, string>>;
  /** Ends all connections and listens no more, until the returned function is called. */
  kill(): Promise<() => Promise<void>>;
  /** From now on every request is answered at once. */
  stopFaults(): void;
  /** By idempotency key. */
  readonly invoices: readonly RequestedInvoice[];
  close(): Promise<void>;
};

export const startInvoiceService = async (random: SeededRandom): Promise<InvoiceService> => {
  const invoices = new Map<string, RequestedInvoice>();
  let hasFaults = true;

  const issue = (key: string, body: string): RequestedInvoice => {
    const { checkoutId, orders }: RequestBody = JSON.parse(body);
    const known = invoices.get(key) ?? {
      ...{ key, checkoutId, body, isChanged: false, number: `HD-${invoices.size + 1}` },
      lines: orders.map(({ id, total }) => ({ orderId: id, amount: total.amount })),
    };
    const invoice = { ...known, isChanged: known.isChanged || known.body !== body };
    invoices.set(key, invoice);
    return invoice;
  };

  const respond = async (socket: Socket, { key, body }: RawRequest): Promise<void> => {
    const choice = hasFaults ? random.unit() : 1;
    if (hasFaults && random.bool(0.4)) await pause(random.between(0, 3_000));
    if (choice < 0.05) return void socket.write(answerOf(503, {}));
    if (choice < 0.08) return void socket.write(answerOf(500, {}));
    if (choice < 0.1) return void socket.write(answerOf(400, { detail: 'the buyer is not known' }));
    const { number } = issue(key, body);
    const answer = answerOf(200, { reference: number, url: `https://invoices.test/${number}` });
    if (choice < 0.14) return void socket.write(answerOf(500, { detail: 'written down, and then failed' }));
    if (choice < 0.17) return void socket.destroy();
    // Killed in the middle of the answer.
    if (choice < 0.2) return void socket.write(answer.slice(0, -9), () => socket.destroy());
    socket.write(answer);
    // A server with a bug: what comes after an answer belongs to no request.
    if (choice < 0.3) socket.write(answer);
  };
  const server = await startRawServer((socket, request) => void respond(socket, request));

  return {
    env: {
      INVOICE_SERVICE_URL: `${server.url}/invoices`,
      SERVICE_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    },
    kill: async () => {
      await server.kill();
      return server.start;
    },
    stopFaults: () => {
      hasFaults = false;
    },
    get invoices() {
      return [...invoices.values()];
    },
    close: server.kill,
  };
};

type RequestBody = {
  readonly checkoutId: string;
  readonly orders: readonly { readonly id: string; readonly total: { readonly amount: number } }[];
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
