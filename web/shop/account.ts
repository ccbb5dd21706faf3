import type { Call } from '../shared/call.ts';
import type { CreateCell } from '../shared/cells.ts';
import type { Outcome } from '../shared/outcome.ts';
import { createShopApi } from '../shared/shopApi.ts';
import type { Store } from '../shared/store.ts';
import type { Session } from '../shared/types.ts';
import { createCustomerCart } from './customerCart.ts';

type Failure = Exclude<Outcome<unknown>, { kind: 'ok' } | { kind: 'aborted' }>;

type AccountPorts = {
  readonly call: Call;
  readonly shared: Store;
  readonly cell: CreateCell;
  /** Before a failure is shown: the words for it may not be there yet. Never throws. */
  readonly prepareWords: () => Promise<void>;
};

const knownName = 'cw.known';

/** Who is signed in, and their cart. */
export const createAccount = ({ call, shared, cell, prepareWords }: AccountPorts) => {
  /** Undefined before the first answer, null while nobody is signed in. */
  const session = cell<Session | null | undefined>(undefined);
  /** Why it is not known who is signed in. */
  const failure = cell<Failure | null>(null);
  /** The session is over, and nobody signed out. Who was signed in stays shown, so that nothing is lost. */
  const hasEnded = cell(false);

  const watched: Call = async (request) => {
    const outcome = await call<never>(request);
    if (outcome.kind === 'problem' || outcome.kind === 'signed_out') await prepareWords();
    if (outcome.kind === 'signed_out' && session.value) hasEnded.value = true;
    return outcome;
  };
  const api = createShopApi(watched);
  const customerCart = createCustomerCart({ api, shared, cell });

  const change = (next: Session | null): void => {
    if (next?.customerId !== session.value?.customerId) customerCart.openCart(next?.customerId ?? null);
    session.value = next;
    hasEnded.value = false;
    if (next === null) shared.remove(knownName);
    else shared.set(knownName, '1');
  };

  return {
    ...customerCart,
    call: watched,
    session,
    failure,
    hasEnded,
    /** Somebody was signed in the last time. The bar of the page is then drawn for them, and nothing in it moves. */
    wasKnown: shared.get(knownName) !== null,

    /** Asks who is signed in, and then for their cart. Without a session nothing else is asked. */
    load: async (): Promise<Session | null> => {
      const outcome = await api.session();
      if (outcome.kind !== 'ok') {
        if (outcome.kind !== 'aborted') failure.value = outcome;
        return session.value ?? null;
      }
      failure.value = null;
      if (outcome.value === null && session.value) {
        await prepareWords();
        hasEnded.value = true;
      } else change(outcome.value);
      if (outcome.value !== null) void customerCart.loadCart();
      return outcome.value;
    },

    /** The customer has signed out. */
    leave: (): void => change(null),
  };
};
