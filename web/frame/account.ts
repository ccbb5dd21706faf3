import type { Call } from '../shared/call.ts';
import type { CreateCell } from '../shared/cells.ts';
import type { Outcome } from '../shared/outcome.ts';
import { createSessionApi } from '../shared/sessionApi.ts';
import type { Store } from '../shared/store.ts';
import type { Session } from '../shared/types.ts';

type Failure = Exclude<Outcome<unknown>, { kind: 'ok' } | { kind: 'aborted' }>;

export type AccountPorts = {
  readonly call: Call;
  readonly shared: Store;
  readonly cell: CreateCell;
  /** What pages keep for Back. Nothing of one person is shown to another. */
  readonly lists: Pick<Map<string, unknown>, 'clear'>;
  /** Before a failure is shown: the words for it may not be there yet. Never throws. */
  readonly prepareWords: () => Promise<void>;
};

type AccountEvents = {
  /** Another person is signed in, or nobody: nothing of the one before is shown to them. */
  readonly onChange: (customerId: string | null) => void;
  /** The server has said who is signed in. */
  readonly onLoaded: () => void;
};

export type Account = ReturnType<typeof createAccountOf>;

/** In what the windows share: somebody was signed in here the last time. */
export const knownName = 'cw.known';

/** Who is signed in. */
export const createAccountOf = (
  { call, shared, cell, lists, prepareWords }: AccountPorts,
  { onChange, onLoaded }: AccountEvents,
) => {
  /** Undefined before the first answer, null while nobody is signed in. */
  const session = cell<Session | null | undefined>(undefined);
  /** Why it is not known who is signed in. */
  const failure = cell<Failure | null>(null);
  /** The session is over, and nobody signed out, in no window. Who was signed in stays shown, so that nothing is lost. */
  const hasEnded = cell(false);

  const watched: Call = async (request) => {
    const outcome = await call<never>(request);
    if (outcome.kind === 'problem' || outcome.kind === 'signed_out') await prepareWords();
    if (outcome.kind === 'signed_out' && session.value) hasEnded.value = true;
    return outcome;
  };
  const sessionApi = createSessionApi(watched);

  const change = (next: Session | null): void => {
    if (next === null) shared.remove(knownName);
    if (next?.customerId !== session.value?.customerId) {
      lists.clear();
      onChange(next?.customerId ?? null);
      // Only then: an answer from before the sign-out of another window may come after it.
      if (next) shared.set(knownName, '1');
    }
    session.value = next;
    hasEnded.value = false;
  };

  /** An older answer may come after a newer one, and after a sign-out. */
  let asked = 0;

  return {
    call: watched,
    sessionApi,
    session,
    failure,
    hasEnded,
    /** Somebody was signed in the last time. The bar of the page is then drawn for them, and nothing in it moves. */
    wasKnown: shared.get(knownName) !== null,

    /** Asks who is signed in. Without a session nothing else is asked. */
    load: async (): Promise<Session | null> => {
      const mine = ++asked;
      const outcome = await sessionApi.session();
      if (mine !== asked || outcome.kind === 'aborted') return session.value ?? null;
      if (outcome.kind !== 'ok') {
        failure.value = outcome;
        return session.value ?? null;
      }
      failure.value = null;
      // After a sign-out in any window, nobody is known here.
      if (outcome.value === null && session.value && shared.get(knownName) !== null) {
        await prepareWords();
        hasEnded.value = true;
      } else change(outcome.value);
      if (outcome.value !== null) onLoaded();
      return outcome.value;
    },

    /** The person has signed out. */
    leave: (): void => {
      asked++;
      change(null);
    },
  };
};
