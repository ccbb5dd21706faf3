import type { SeededRandom } from '../../processes/random.ts';
import type { Carrier } from './carrier.ts';
import { openDatabase } from './database.ts';
import type { InvoiceService } from './invoiceService.ts';
import type { SharedDatabase } from './sharedDatabase.ts';
import { type SmtpSink, serverFaults } from './smtpSink.ts';

/** What all processes share, and what can go wrong with it. */
export type SharedServices = {
  /** Of the test's own connections. */
  readonly databaseUrl: string;
  /** Null on SQLite. */
  readonly sharedDatabase: SharedDatabase | null;
  readonly smtpSink: SmtpSink;
  /** Null where shipments are written down in the database. */
  readonly carrier: Carrier | null;
  /** Null where the shop numbers its invoices itself. */
  readonly invoiceService: InvoiceService | null;
};

/** How often each fault has begun. */
export type SpellCounts = Readonly<
  Record<'silent' | 'readOnly' | 'held' | 'mail' | 'carrier' | 'invoices', number>
>;

/** Begins and ends faults of what all processes share, each for a while, until the signal aborts. None is left then. */
export const runSharedFaults = async (
  { databaseUrl, sharedDatabase, smtpSink, carrier, invoiceService }: SharedServices,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<SpellCounts> => {
  const repeat = async (pauseMs: readonly [number, number], spell: (own: SeededRandom) => Promise<void>) => {
    const own = random.fork();
    let count = 0;
    for (;;) {
      await pause(own.between(...pauseMs), signal);
      if (signal.aborted) return count;
      count++;
      await spell(own);
    }
  };
  const none = Promise.resolve(0);
  const [silent, readOnly, held, mail, carrierSpells, invoices] = await Promise.all([
    sharedDatabase === null
      ? none
      : repeat([6_000, 15_000], async () => void sharedDatabase.silenceConnections()),
    sharedDatabase === null
      ? none
      : repeat([6_000, 18_000], async (own) => {
          await sharedDatabase.setReadOnly(true);
          await pause(own.between(500, 3_000), signal);
          await sharedDatabase.setReadOnly(false);
        }),
    sharedDatabase === null ? none : repeat([500, 4_000], (own) => holdRow(databaseUrl, own, signal)),
    repeat([1_000, 6_000], async (own) => {
      await smtpSink.setServerFault(own.pick(serverFaults));
      await pause(own.between(500, 5_000), signal);
      await smtpSink.setServerFault(null);
    }),
    carrier === null
      ? none
      : repeat([1_000, 6_000], async (own) => {
          const goOn = carrier.hang();
          await pause(own.between(500, 5_000), signal);
          goOn();
        }),
    invoiceService === null
      ? none
      : repeat([500, 4_000], async (own) => {
          const startAgain = await invoiceService.kill();
          await pause(own.between(0, 3_000), signal);
          await startAgain();
        }),
  ]);
  return { silent, readOnly, held, mail, carrier: carrierSpells, invoices };
};

/** A transaction of somebody else holds the rows of new orders for a while. */
const holdRow = async (url: string, random: SeededRandom, signal: AbortSignal): Promise<void> => {
  const database = openDatabase(url);
  try {
    await database.run('begin');
    await database.run(`
      select id from orders where status in ('pending', 'paying') order by id desc limit 2
      for update skip locked`);
    await pause(random.between(1_000, 5_000), signal);
    await database.run('rollback');
  } catch {
    // The database may be down.
  } finally {
    await database.close();
  }
};

/** Ends early when the signal aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
