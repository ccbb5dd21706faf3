import type { Client } from '../../processes/client.ts';
import type { Snapshot } from '../snapshot.ts';
import { readMoneyPage } from './moneyPage.ts';
import type { Provider } from './provider.ts';
import type { Spoken } from './recordClientLog.ts';
import { readBooks } from './records.ts';
import { readAll } from './rest.ts';

/**
 * Everything that can be seen of a shop at rest. The ledgers are compared first, for that is written down, too.
 * `delivered` is what came in of each product; mails are those that were captured.
 */
export const lookAround = async ({
  databaseUrl,
  provider,
  policy,
  operator,
  delivered,
  spoken,
  sinceMs,
}: Pick<Snapshot, 'policy'> & {
  readonly databaseUrl: string;
  readonly provider: Provider;
  readonly operator: Client;
  readonly delivered: ReadonlyMap<string, number | null>;
  readonly spoken: Spoken;
  readonly sinceMs: number;
}): Promise<Snapshot> => {
  const page = await readMoneyPage(operator, sinceMs);
  const { left, ...books } = await readBooks(databaseUrl);
  const finals = await readAll(operator, books);
  return {
    ...books,
    ...(await provider.read()),
    products: [...delivered].map(([id, came]) => ({ id, delivered: came, left: left.get(id) ?? null })),
    policy,
    told: { ...spoken, ...page, ...finals },
  };
};
