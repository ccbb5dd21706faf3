import { parseArgs } from 'node:util';
import { err, ok, Result } from 'neverthrow';
import { messageOf } from '../core/errorMessage.ts';

export type Arguments = {
  readonly orders: number;
  readonly days: number;
  /** Also into a shop that has products of its own. */
  readonly force: boolean;
  readonly help: boolean;
};

export const usage = `Fills the shop's database with a history of orders.

  bun run seed [--orders N] [--days D] [--force]

  --orders N   how many orders to add, 1 to 10000000 (default 1000)
  --days D     how many days ago the history begins, 1 to 3650 (default 365); it ends now
  --force      also fills a shop that has products of its own
  --help       shows this text

It writes to the database of DATABASE_URL (default: sqlite:./data/cartwright.db). First it adds the demo products
that are missing, and the stock that the history will sell. Existing orders stay: a second run adds a second
history, and its invoice numbers continue after those of the first. Nothing takes invented orders and invoices out
again, so a shop with a product that is not one of the demo's is refused without --force.

No mail is sent. The payments are invented: their references begin with "seed_", and the simulated provider has
no charges for them. Stop all workers first: a running worker may process a seeded order and mail its customer.
All customers have addresses at example.com.

Ctrl-C stops after the current batch, and leaves no order unfinished. A second Ctrl-C stops at once; the shop's
worker then finishes or cancels the orders of the current batch.`;

/** Parses the command line. The error is a message for the user. */
export const parseArguments = (argv: readonly string[]): Result<Arguments, string> =>
  read(argv).andThen(({ orders, days, force = false, help = false }) =>
    Result.combine([
      whole('--orders', orders ?? '1000', 10_000_000),
      whole('--days', days ?? '365', 3_650),
    ]).map(([orderCount, dayCount]) => ({ orders: orderCount, days: dayCount, force, help })),
  );

const options = {
  orders: { type: 'string' },
  days: { type: 'string' },
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const read = Result.fromThrowable(
  (argv: readonly string[]) => parseArgs({ args: [...argv], options, strict: true }).values,
  messageOf,
);

const whole = (name: string, text: string, max: number): Result<number, string> => {
  const value = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= max
    ? ok(value)
    : err(`${name} must be a whole number from 1 to ${max}, not "${text}"`);
};
