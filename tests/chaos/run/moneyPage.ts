import { type Client, expectStatus, patiently, textAt, valueAt } from '../../processes/client.ts';
import type { MoneyAuditTold, Told } from '../clientLog.ts';

/** What an operator is shown of money at the end: the page, and the provider's ledger beside our books. */
export const readMoneyPage = async (
  operator: Client,
  sinceMs: number,
): Promise<Pick<Told, 'money' | 'moneyAudits'>> => {
  const moneyAudits: MoneyAuditTold[] = [];
  for (const day of daysSince(sinceMs)) moneyAudits.push(await auditOf(operator, day));
  const page = expectStatus(await operator.get('/money'), 200);
  const checks = valueAt(page.body, 'checks');
  if (typeof checks !== 'object' || checks === null)
    throw new Error(`no checks: ${JSON.stringify(page.body)}`);
  const money = Object.entries(checks).map(([check, of]) => [check, Number(valueAt(of, 'count'))]);
  return { money: Object.fromEntries(money), moneyAudits };
};

/** The days, UTC, on which money may have moved. */
const daysSince = (sinceMs: number): readonly string[] => [
  ...new Set([sinceMs, Date.now()].map((ms) => new Date(ms).toISOString().slice(0, 10))),
];

const auditOf = async (operator: Client, day: string): Promise<MoneyAuditTold> => {
  const asked = expectStatus(await patiently(() => operator.post('/money/audits', { day })), 202);
  const path = `/money/audits/${textAt(asked, 'id')}`;
  const untilMs = Date.now() + 30_000;
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
    if (Date.now() > untilMs) throw new Error(`the audit has not ended: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
