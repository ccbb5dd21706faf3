import type { Result } from 'neverthrow';
import type { Store } from '../../core/store.ts';

type Call = (...args: readonly unknown[]) => Promise<Result<unknown, { readonly rowsHeld?: boolean }>>;

/**
 * The port, with callers that send a call again if it gave up on a lock, as clients, workers and the recovery do. A
 * claim is not sent again: a checkout has its own patience.
 */
const patient = <Port extends object>(port: Port): Port => {
  const patientCall =
    (call: Call): Call =>
    async (...args) => {
      for (;;) {
        const result = await call(...args);
        if (result.isOk() || result.error.rowsHeld !== true) return result;
      }
    };
  const entries = Object.entries(port).map(([name, call]) => [name, patientCall(call as Call)]);
  return Object.fromEntries(entries) as Port;
};

export const sendAgain = (store: Store): Store => {
  const { claim, claimAlone } = store.audits;
  return {
    ...store,
    products: patient(store.products),
    orders: patient(store.orders),
    queue: patient(store.queue),
    refunds: patient(store.refunds),
    audits: { ...patient(store.audits), claim, claimAlone },
  };
};
