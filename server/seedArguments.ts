import { parseArgs } from 'node:util';
import { err, ok, Result } from 'neverthrow';

export type Arguments = { readonly orders: number; readonly days: number; readonly help: boolean };

export const usage = `Fills the shop's database with a history of orders.

  bun run seed [--orders N] [--days D]

  --orders N   how many orders to add, 1 to 10000000 (1000)
  --days D     how many days ago the history begins, 1 to 3650 (365); it ends now
  --help       shows this

It writes to DATABASE_URL, as the shop itself does (sqlite:./data/cartwright.db where that is not set), and
loads the catalogue first where it is missing. What will be sold is delivered to the shelves beforehand.
Orders are added to those that are there: a second run adds a second history, with invoices numbered after
the first one's.

No mail is sent. The payments are made up: their references begin with "seed_", and the simulated provider
has no charge for them. Best run while no worker is running, which might take up an order in the middle of
its history and mail its customer; all customers are at example.com.

Ctrl-C stops after the batch at hand, and leaves every order whole; a second Ctrl-C stops at once, and
what was half-way is cancelled or finished by the shop's worker.`;

/** Reads the command line; fails with a message for people. */
export const parseArguments = (argv: readonly string[]): Result<Arguments, string> =>
  read(argv).andThen(({ orders, days, help }) =>
    Result.combine([
      whole('--orders', orders ?? '1000', 10_000_000),
      whole('--days', days ?? '365', 3_650),
    ]).map(([orderCount, dayCount]) => ({ orders: orderCount, days: dayCount, help: help ?? false })),
  );

const options = {
  orders: { type: 'string' },
  days: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const read = Result.fromThrowable(
  (argv: readonly string[]) => parseArgs({ args: [...argv], options, strict: true }).values,
  (cause) => (cause instanceof Error ? cause.message : String(cause)),
);

const whole = (name: string, text: string, max: number): Result<number, string> => {
  const value = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= max
    ? ok(value)
    : err(`${name} must be a whole number from 1 to ${max}, and not "${text}"`);
};
