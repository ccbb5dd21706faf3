import type { EventType } from '../../core/event.ts';
import type { Store } from '../../core/store.ts';
import type { Subscription } from '../../core/subscription.ts';
import type { Books, HistoryLengths } from './books.ts';

/** What a subscription is owed. */
export type SubscriptionFacts = {
  readonly id: string;
  readonly types: ReadonlySet<EventType>;
  /** What was written before its transaction began: it must hear nothing of that. */
  readonly before: HistoryLengths;
  /** What was written once it was there: it must hear of all that comes after. */
  readonly after: HistoryLengths;
  /** True if an operator has deleted it. Then it is owed nothing more. */
  readonly isEnded: boolean;
};

/** The store with a record of its subscriptions, also of those whose maker never heard of them. */
export const watchSubscriptions = (store: Store, { historyLengths }: Pick<Books, 'historyLengths'>) => {
  const facts = new Map<string, SubscriptionFacts>();
  const { subscriptions } = store;
  const note = ({ id, types }: Subscription, before: HistoryLengths): void => {
    if (facts.has(id)) return;
    facts.set(id, { id, types: new Set(types), before, after: historyLengths(), isEnded: false });
  };
  const watched: Store = {
    ...store,
    subscriptions: {
      ...subscriptions,
      create: async (...args) => {
        const before = historyLengths();
        return (await subscriptions.create(...args)).map((made) => {
          note(made, before);
          return made;
        });
      },
      createOnce: async (...args) => {
        const before = historyLengths();
        return (await subscriptions.createOnce(...args)).map((made) => {
          note(made.value, before);
          return made;
        });
      },
      end: async (id, ...args) => {
        const ended = await subscriptions.end(id, ...args);
        const known = facts.get(id);
        if (ended.isOk() && known !== undefined) facts.set(id, { ...known, isEnded: true });
        return ended;
      },
    },
  };
  return { store: watched, facts: () => [...facts.values()] };
};
