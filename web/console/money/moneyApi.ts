import type { renderMoneyCase } from '../../../api/render/moneyHealth.ts';
import type { renderDifference, renderReconciliation } from '../../../api/render/reconciliation.ts';
import type { Call } from '../../shared/call.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { pathOf, queryOf } from '../../shared/query.ts';
import type { List } from '../../shared/types.ts';
import type { Refund } from '../orders/ordersApi.ts';

export type MoneyCase = ReturnType<typeof renderMoneyCase>;
export type Reconciliation = ReturnType<typeof renderReconciliation>;
export type Difference = ReturnType<typeof renderDifference>;

type PageQuery = { readonly cursor: string | null; readonly limit?: number };

/** What operators ask about money. */
export const createMoneyApi = (call: Call) => {
  const get = <Value>(path: string, signal?: AbortSignal): Promise<Outcome<Value>> =>
    call<Value>({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) });
  return {
    cases: (check: string, query: PageQuery, signal?: AbortSignal) =>
      get<List<MoneyCase>>(`${pathOf('money', check)}${queryOf(query)}`, signal),
    acknowledge: (check: string, caseId: string, note: string, key: string) =>
      call<MoneyCase>({
        method: 'POST',
        path: pathOf('money', check, 'acknowledgements'),
        body: { caseId, note },
        key,
      }),
    giveBack: (check: string, caseId: string, reason: string) =>
      call<Refund>({ method: 'POST', path: pathOf('money', check, 'refunds'), body: { caseId, reason } }),
    reconciliations: (query: PageQuery, signal?: AbortSignal) =>
      get<List<Reconciliation>>(`/money/reconciliations${queryOf(query)}`, signal),
    reconciliation: (id: string, signal?: AbortSignal) =>
      get<Reconciliation>(pathOf('money', 'reconciliations', id), signal),
    differences: (id: string, query: PageQuery, signal?: AbortSignal) =>
      get<List<Difference>>(
        `${pathOf('money', 'reconciliations', id, 'differences')}${queryOf(query)}`,
        signal,
      ),
    reconcile: (day: string, key: string) =>
      call<Reconciliation>({ method: 'POST', path: '/money/reconciliations', body: { day }, key }),
  };
};

export type MoneyApi = ReturnType<typeof createMoneyApi>;
