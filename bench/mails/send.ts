import process from 'node:process';
import { createTransport } from 'nodemailer';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { type Mail, receiptMail } from '../../core/mail.ts';
import type { Order } from '../../core/order.ts';
import { connections, inFlight, mailsPerConnection } from './limits.ts';

/** Sends `count` mails to the server at `port`, after a warm-up of a tenth. `who` is `ours` or `nodemailer`. */
const [who = '', port = '', countText = ''] = process.argv.slice(2);
const count = Number(countText);
const from = 'Cartwright <orders@cartwright.example>';

type Sender = { readonly send: (mail: Mail) => Promise<void>; readonly close: () => void | Promise<void> };

const createOurs = (): Sender => {
  const mailer = createSmtpMailer(createSystemWorld(), {
    url: `smtp://127.0.0.1:${port}`,
    from,
    poolSize: connections,
  });
  return {
    send: async (mail) => {
      const outcome = await mailer.send(mail);
      if (outcome.kind !== 'accepted') throw new Error(outcome.reason);
    },
    close: mailer.close,
  };
};

/** With the settings that its page on pooled SMTP names, and its own choice of encodings. */
const createNodemailer = (): Sender => {
  const transport = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: Number(port),
    maxConnections: connections,
    maxMessages: mailsPerConnection,
  });
  return {
    send: async ({ to, subject, messageId, text, html }) => {
      await transport.sendMail({ from, to, subject, messageId, text, html });
    },
    close: () => transport.close(),
  };
};

const checkoutId = '01980a4f-0300-7a11-8c2d-6e5f4a3b2c10';

const order: Order = {
  id: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01',
  customerId: 'customer',
  product: { id: 'product', code: 'AT-1', name: 'Áo thun nam cổ tròn tay ngắn', type: 'physical' },
  quantity: 2,
  total: { amount: 1_299_000, currency: 'VND' },
  status: 'paid',
  checkoutId,
  number: null,
  disputed: false,
  expiresAtMs: 0,
  createdAtMs: 0,
  updatedAtMs: 0,
};

const sendAll = async ({ send }: Sender, first: number, last: number): Promise<void> => {
  let next = first;
  const sendOneByOne = async () => {
    while (next < last) {
      const contact = { email: 'khach@example.com', language: 'vi' };
      const orders = [{ order, licences: [] }];
      const receipt = {
        checkoutId,
        orders,
        contact,
        invoiceNumber: `2026-${next}`,
        attachments: [],
        references: [],
      };
      await send(receiptMail(receipt, `<${next++}.notify_customer@cartwright.example>`));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sendOneByOne));
};

const sender = who === 'ours' ? createOurs() : createNodemailer();
const warmUp = Math.ceil(count / 10);
await sendAll(sender, 0, warmUp);
const startMs = performance.now();
const startCpu = process.cpuUsage();
await sendAll(sender, warmUp, warmUp + count);
const tookMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(startCpu);
await sender.close();
process.stdout.write(
  `${JSON.stringify({ perSecond: count / (tookMs / 1_000), cpuUsEach: (user + system) / count, sent: warmUp + count })}\n`,
);
process.exit();
