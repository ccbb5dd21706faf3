import {
  declined,
  defined,
  providerUnavailable,
  requiresAction,
  succeeded,
  unknownOutcome,
  unwrap,
} from '../../contracts/fixture.ts';
import { ground, say } from '../ground.ts';
import {
  ab,
  addStock,
  adoptPart,
  archive,
  b,
  ba,
  cancelExpired,
  cancelFirst,
  changeQuantity,
  claim,
  claimAgain,
  claimAlone,
  claimAndRelease,
  claimed,
  correct,
  dropResponses,
  findByKey,
  importProduct,
  others,
  place,
  placeNew,
  placeOnce,
  type Rows,
  record,
  recover,
  refundLate,
  removeStock,
} from './checkoutVerbs.ts';
import { erase } from './customerVerbs.ts';

export const pendingGround = ground<Rows>({
  name: 'pending orders',
  build: place,
  verbs: {
    'claim [a, b]': claim(0, ab),
    'claim [b, a]': claim(1, ba),
    'claim the other order': claim(2, others),
    'claim alone': claimAgain(true),
    'claim [b, a] alone': claimAlone(1, ba),
    'change the quantity of b': changeQuantity(1),
    'keep the quantity of b': changeQuantity(1, 1),
    'claim b and release it': claimAndRelease(({ shop }, rows) =>
      shop.checkoutRequest(b(rows), { key: defined(rows.keys[2]) }),
    ),
    'find by key': findByKey,
    'cancel a': cancelFirst,
    'change the quantity of a': changeQuantity(0),
    'cancel what has expired': cancelExpired,
    'add to the stock': addStock,
    'take from the stock': removeStock,
    'import the product': importProduct,
    'archive the product': archive,
    'place once': placeOnce,
    'place an order': placeNew,
    'correct the address': correct,
    'erase the customer': erase,
  },
});

export const payingGround = ground<Rows>({
  name: 'an open payment',
  build: (actor) => claimed(actor),
  verbs: {
    'record a success': record(succeeded),
    'record a decline': record(declined),
    'record a release': record(providerUnavailable),
    'record a challenge': record(requiresAction),
    'record an unknown outcome': record(unknownOutcome),
    'recover what is due': recover(false),
    'recover this payment': recover(true),
    'claim the other order': claim(2, others),
    'claim b': claim(1, b),
    'cancel a': cancelFirst,
    'add to the stock': addStock,
    'import the product': importProduct,
    'correct the address': correct,
    'change the quantity of a': changeQuantity(0),
    'cancel what has expired': cancelExpired,
    'drop the responses': dropResponses,
    'erase the customer': erase,
  },
});

export const cancelledKeyGround = ground<Rows>({
  name: 'a released key',
  build: (actor) => claimed(actor, providerUnavailable),
  verbs: {
    'claim the key again': claimAgain(false),
    'claim the key alone': claimAgain(true),
    'claim the key and release it': claimAndRelease(({ shop }, { request }) => ({
      ...request,
      checkoutId: shop.newId(),
    })),
    'claim b': claim(1, b),
    'claim the other order': claim(2, others),
    'cancel a': cancelFirst,
    'cancel what has expired': cancelExpired,
    'change the quantity of a': changeQuantity(0),
    'record a late release': record(providerUnavailable),
    'record a late success': record(succeeded),
    'refund a late charge': refundLate,
    'take from the stock': removeStock,
    'drop the responses': dropResponses,
    'erase the customer': erase,
  },
});

export const declinedGround = ground<Rows>({
  name: 'a declined payment',
  build: (actor) => claimed(actor, declined),
  verbs: {
    'claim the key alone': claimAgain(true),
    'claim b': claim(1, b),
    'record a late success': record(succeeded),
    'refund a late charge': refundLate,
    'adopt a part of a late charge': adoptPart,
    'cancel a': cancelFirst,
    'recover this payment': recover(true),
    'drop the responses': dropResponses,
    'erase the customer': erase,
  },
});

/** An attempt that an earlier process began and a recovery has taken over. */
export const takenOverGround = ground<Rows>({
  name: 'a payment in recovery',
  build: async (actor) => {
    const rows = await claimed(actor, unknownOutcome);
    const query = {
      nowMs: actor.shop.now() + 20_000,
      nextRecoveryAtMs: () => actor.shop.now() + 10_000,
      limit: 1,
      onlyPaymentId: null,
    };
    const [taken] = await unwrap(actor.store.audits.claimOpenPayments(query));
    return { ...rows, claim: defined(taken) };
  },
  verbs: {
    'record a success': record(succeeded),
    'record a release': record(providerUnavailable),
    'record the first attempt as released': {
      port: 'audits.recordOutcomes',
      run: async ({ shop, store }, { claim: known }) =>
        say(
          store.audits.recordOutcomes(
            [shop.outcomeRecord({ ...defined(known), attempt: 1 }, providerUnavailable)],
            shop.now(),
          ),
          ([result]) => (result?.applied === true ? `applied ${result.paymentStatus}` : 'late'),
        ),
    },
    'recover what is due': recover(false),
    'claim the key alone': claimAgain(true),
    'claim b': claim(1, b),
  },
  check: (_, { results }, verbs) =>
    verbs.flatMap((name, index) =>
      name === 'record the first attempt as released' && String(results[index]).startsWith('applied')
        ? ['an_old_attempt_counted']
        : [],
    ),
});
