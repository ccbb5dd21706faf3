import { type Client, initialAmount } from '../../processes/client.ts';
import type { CarriedShipment, RequestedInvoice, Snapshot, TriedMail } from '../snapshot.ts';
import type { RecordedLog } from './clientLogRecorder.ts';
import { readDatabase } from './databaseRecords.ts';
import { readMoneyPage } from './moneyPage.ts';
import type { Provider } from './provider.ts';
import { readOverHttp } from './readOverHttp.ts';

type SnapshotOptions = {
  readonly databaseUrl: string;
  readonly provider: Provider;
  readonly operator: Client;
  /** The stock of each product before the run; null for unlimited stock. */
  readonly initialStocks: ReadonlyMap<string, number | null>;
  /** Null if nobody changes a price. */
  readonly pricedProductId: string | null;
  readonly recordedLog: RecordedLog;
  /** Null where there is no carrier. */
  readonly carried: readonly CarriedShipment[] | null;
  /** Null or left out where there is no invoice service. */
  readonly requestedInvoices?: readonly RequestedInvoice[] | null;
  readonly triedMails: readonly TriedMail[];
  /** Unix time in ms at which the run began. */
  readonly sinceMs: number;
};

/**
 * Reads the whole state of a drained shop. It starts the reconciliations before it reads the database, because
 * they write to the database too. Its mails are the captured ones.
 */
export const takeSnapshot = async ({
  databaseUrl,
  provider,
  operator,
  initialStocks,
  pricedProductId,
  recordedLog,
  carried,
  requestedInvoices = null,
  triedMails,
  sinceMs,
}: SnapshotOptions): Promise<Snapshot> => {
  const moneyPage = await readMoneyPage(operator, sinceMs);
  const takenMs = Date.now();
  const { stocks, prices, ...records } = await readDatabase(databaseUrl);
  const finalReads = await readOverHttp(operator, records);
  return {
    ...records,
    takenMs,
    carried,
    requestedInvoices,
    triedMails,
    ...(await provider.readRecords()),
    products: [...initialStocks].map(([id, initialStock]) => ({
      id,
      initialStock,
      stock: stocks.get(id)?.stock ?? null,
      delivered: stocks.get(id)?.delivered ?? 0,
    })),
    pricedProduct:
      pricedProductId === null
        ? null
        : {
            id: pricedProductId,
            initialAmount,
            amount: prices.get(pricedProductId) ?? 0,
            units: stocks.get(pricedProductId)?.stock ?? 0,
          },
    clientLog: { ...recordedLog, ...moneyPage, ...finalReads },
  };
};
