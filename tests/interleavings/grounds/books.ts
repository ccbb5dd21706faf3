import { defined, unknownOutcome, unwrap } from '../../contracts/fixture.ts';
import { type Actor, done, ground, say, type Verb } from '../ground.ts';

type Rows = {
  readonly paymentId: string;
  readonly reconciliationId: string;
  readonly keyId: string;
  readonly productId: string;
  readonly eventId: string;
  readonly keys: readonly string[];
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const day = { day: '2026-03-01', dayMs: Date.UTC(2026, 2, 1), endMs: Date.UTC(2026, 2, 2) };
const actor = { id: 'op', email: 'op@example.com' };

const serviceKey = (id: string, nowMs: number) => ({
  ...{ id, name: 'report', permissions: ['orders:read' as const], createdBy: actor },
  ...{ expiresAtMs: nowMs + dayMs, hash: id.replaceAll('-', '').repeat(2) },
});

/** What stands beside the orders: a case of the money page, a reconciliation, a service key, an event of the provider. */
const build = async ({ shop, store }: Actor): Promise<Rows> => {
  const product = await shop.createProduct({ stock: 5 });
  const claim = await shop.claimCheckout(shop.checkoutRequest([await shop.placeOrder(product)]));
  await shop.recordOutcome(claim, unknownOutcome);
  const reconciliationId = shop.newId();
  const request = { id: reconciliationId, taskId: shop.newId(), ...day };
  await unwrap(store.ledger.requestReconciliation(request, shop.now()));
  const keyId = shop.newId();
  await unwrap(store.serviceKeys.create(serviceKey(keyId, shop.now()), shop.now()));
  const ids = { keyId, reconciliationId, productId: product.id, paymentId: claim.checkoutId };
  return { ...ids, eventId: shop.unique('evt'), keys: [shop.newId(), shop.newId(), shop.newId()] };
};

const commandKey = (route: string, key: string | undefined) => ({
  ...{ callerId: 'op', route, key: defined(key), fingerprint: 'one' },
});
const replayed = (value: { readonly replayed: boolean }): string => (value.replayed ? 'replayed' : 'new');

const acknowledge = (isOnce: boolean): Verb<Rows> => ({
  port: isOnce ? 'ledger.acknowledgeOnce' : 'ledger.acknowledge',
  run: async ({ shop, store }, { paymentId, keys }) => {
    const command = { check: 'unknown', caseId: paymentId, note: 'seen', actor } as const;
    const atMs = shop.now() + 2 * hourMs;
    return isOnce
      ? say(
          store.ledger.acknowledgeOnce({ ...command, commandKey: commandKey('POST /money', keys[0]) }, atMs),
          replayed,
        )
      : say(store.ledger.acknowledge({ ...command, note: 'seen too' }, atMs), done);
  },
});

const requestReconciliation = (isOnce: boolean): Verb<Rows> => ({
  port: isOnce ? 'ledger.requestReconciliationOnce' : 'ledger.requestReconciliation',
  run: async ({ shop, store }, { keys }) => {
    const request = { id: shop.newId(), taskId: shop.newId(), ...day };
    const own = commandKey('POST /money/reconciliations', keys[1]);
    return isOnce
      ? say(store.ledger.requestReconciliationOnce({ ...request, commandKey: own }, shop.now()), replayed)
      : say(store.ledger.requestReconciliation(request, shop.now()), done);
  },
});

const finishReconciliation: Verb<Rows> = {
  port: 'ledger.finishReconciliation',
  run: async ({ shop, store }, { reconciliationId, paymentId }) => {
    const amount = { amount: 100, currency: 'VND' };
    const difference = {
      ...{ id: shop.newId(), providerId: 'ch_9', chargeReference: 'ch_9', paymentId, refundId: null },
      ...{ ours: null, theirs: amount, atMs: shop.now() },
      kind: 'charge_unbooked',
    } as const;
    const report = { charges: 1, refunds: 0, differences: 1, storedDifferences: [difference] };
    return say(store.ledger.finishReconciliation(reconciliationId, report, shop.now()), done);
  },
};

const compareStock: Verb<Rows> = {
  port: 'ledger.compareStock',
  run: async ({ shop, store }) =>
    say(store.ledger.compareStock({ afterProductId: null, afterOrderId: null }, shop.now()), done),
};

const createKey = (isOnce: boolean): Verb<Rows> => ({
  port: isOnce ? 'serviceKeys.createOnce' : 'serviceKeys.create',
  run: async ({ shop, store }, { keys }) => {
    const command = serviceKey(shop.newId(), shop.now());
    return isOnce
      ? say(
          store.serviceKeys.createOnce(
            { ...command, commandKey: commandKey('POST /keys', keys[2]) },
            shop.now(),
          ),
          replayed,
        )
      : say(store.serviceKeys.create(command, shop.now()), done);
  },
});

const useKey: Verb<Rows> = {
  port: 'serviceKeys.recordUse',
  run: async ({ shop, store }, { keyId }) => say(store.serviceKeys.recordUse(keyId, shop.now()), done),
};

const endKey: Verb<Rows> = {
  port: 'serviceKeys.end',
  run: async ({ shop, store }, { keyId }) => say(store.serviceKeys.end(keyId, shop.now()), done),
};

const receive: Verb<Rows> = {
  port: 'inbox.receive',
  run: async ({ shop, store }, { eventId }) =>
    say(store.inbox.receive([shop.inboxItem({ id: eventId })], shop.now()), ([isNew]) => String(isNew)),
};

const sendMail: Verb<Rows> = {
  port: 'mailbox.send',
  run: async ({ store }) => {
    const content = { to: 'a@example.com', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' };
    const mail = {
      messageId: '<one@example.com>',
      checkoutId: null,
      orderIds: [],
      attachments: [],
      ...content,
    };
    return (await store.mailbox.send(mail)).kind;
  },
};

const storeSecret: Verb<Rows> = {
  port: 'secret',
  run: async ({ shop, store }) => say(store.secret('token', shop.newId()), done),
};

const recordHistory: Verb<Rows> = {
  port: 'queue.recordHistory',
  run: async ({ shop, store }) => say(store.queue.recordHistory(shop.now()), done),
};

const prune: Verb<Rows> = {
  port: 'prune',
  run: async ({ shop, store }) => say(store.prune(shop.now()), done),
};

const refold: Verb<Rows> = {
  port: 'refoldNames',
  run: async ({ store }) => say(store.refoldNames(10), (slice) => (slice === null ? 'nothing' : 'folded')),
};

export const booksGround = ground<Rows>({
  name: 'the books',
  build,
  verbs: {
    'acknowledge a case': acknowledge(false),
    'acknowledge a case once': acknowledge(true),
    'request a reconciliation': requestReconciliation(false),
    'request a reconciliation once': requestReconciliation(true),
    'finish the reconciliation': finishReconciliation,
    'compare the stock': compareStock,
  },
});

export const keysGround = ground<Rows>({
  name: 'keys and mails',
  build,
  verbs: {
    'create a service key': createKey(false),
    'create a service key once': createKey(true),
    'use the key': useKey,
    'end the key': endKey,
    'receive an event': receive,
    'send a mail': sendMail,
    'store a secret': storeSecret,
    'record the history': recordHistory,
    prune,
    'fold the names': refold,
  },
});
