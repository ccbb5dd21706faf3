import { type Client, expectStatus, retryWhileUnavailable, textAt, valueAt } from '../../processes/client.ts';
import type { ClientLog, ReconciliationReply } from '../clientLog.ts';

/** Runs a reconciliation for each day of the run, then reads the counts of the money page. */
export const readMoneyPage = async (
  operator: Client,
  sinceMs: number,
): Promise<Pick<ClientLog, 'money' | 'reconciliations'>> => {
  const reconciliations: ReconciliationReply[] = [];
  for (const day of daysSince(sinceMs)) reconciliations.push(await reconcile(operator, day));
  const page = expectStatus(await operator.get('/money'), 200);
  const checks = valueAt(page.body, 'checks');
  if (typeof checks !== 'object' || checks === null)
    throw new Error(`the money page has no checks: ${JSON.stringify(page.body)}`);
  const counts = Object.entries(checks).map(([check, value]) => [check, Number(valueAt(value, 'count'))]);
  return { money: Object.fromEntries(counts), reconciliations };
};

/** The UTC days from `sinceMs` to now. A run takes minutes, so that there are at most two. */
export const daysSince = (sinceMs: number): readonly string[] => [
  ...new Set([sinceMs, Date.now()].map((ms) => new Date(ms).toISOString().slice(0, 10))),
];

const reconcile = async (operator: Client, day: string): Promise<ReconciliationReply> => {
  const accepted = await retryWhileUnavailable(() => operator.post('/money/reconciliations', { day }));
  const path = `/money/reconciliations/${textAt(expectStatus(accepted, 202), 'id')}`;
  const untilMs = Date.now() + 300_000;
  for (;;) {
    const { body } = expectStatus(await operator.get(path), 200);
    const count = (name: string) => Number(valueAt(body, name));
    if (valueAt(body, 'status') === 'finished')
      return {
        day,
        charges: count('charges'),
        refunds: count('refunds'),
        differences: count('differences'),
      };
    if (Date.now() > untilMs) {
      // The counts differ from those of the provider, and all other checks still run.
      console.log(`the reconciliation did not finish within five minutes: ${JSON.stringify(body)}`);
      return { day, charges: -1, refunds: -1, differences: -1 };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
