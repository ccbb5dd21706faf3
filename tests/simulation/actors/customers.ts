import type { CheckoutFailure, ResponseDropped } from '../../../core/usecases/checkOut.ts';
import type { CheckoutReply } from '../../chaos/clientLog.ts';
import type { SeededRandom } from '../../processes/random.ts';
import { type ActorPorts, isUnavailable } from '../clients.ts';

export type CustomerPorts = ActorPorts & {
  /** What is paid with. Null: anything. */
  readonly methods: readonly string[] | null;
  readonly productIds: readonly string[];
  readonly isPaid: (orderId: string) => boolean;
  /** Answers a challenge at the provider, as the customer's browser does. Returns whether it says that it is paid. */
  readonly finishChallenge: (clientSecret: string, outcome: 'succeed' | 'fail') => Promise<boolean>;
};

/** The way of this customer and of what it draws. */
type Customer = CustomerPorts & {
  readonly id: string;
  readonly email: string;
  readonly random: SeededRandom;
};

/** Shops in a loop until the actors are to stop. */
export const runCustomer = async (id: string, ports: CustomerPorts, random: SeededRandom): Promise<void> => {
  const customer = { ...ports, id, email: `${id}@shop.test`, random };
  while (ports.isActive()) {
    await visit(customer);
    await ports.scheduler.sleep(random.between(0, 8_000));
  }
};

/** Places some orders, pays for them in one checkout or in overlapping ones, and changes and cancels some. */
const visit = async (customer: Customer): Promise<void> => {
  const { random } = customer;
  const placements = Array.from({ length: random.between(1, 3) }, () => placeOrder(customer));
  const placed = (await Promise.all(placements)).flatMap((id) => id ?? []);
  const [first] = placed;
  if (first === undefined) return;
  if (random.bool(0.1)) return;
  if (random.bool(0.05)) await customer.scheduler.sleep(random.between(0, 400_000));
  const carts = [placed];
  if (placed.length > 1 && random.bool(0.3)) carts.push(placed.slice(1));
  if (random.bool(0.15)) carts.push([first]);
  const actions = carts.map((cart) => checkOut(customer, cart, pickMethod(customer)));
  if (random.bool(0.12)) actions.push(cancelOrder(customer, first));
  if (random.bool(0.15)) actions.push(changeQuantity(customer, random.pick(placed)));
  await Promise.all(actions);
  if (random.bool(0.3)) await checkOut(customer, placed, 'pm_card_visa');
};

const pickMethod = ({ random, methods }: Customer): string =>
  methods !== null ? random.pick(methods) : random.bool(0.5) ? 'pm_card_visa' : random.pick(allMethods);

const allMethods = [
  'pm_card_chargeDeclined',
  'pm_card_chargeDeclined',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecure2Required',
  'pm_card_threeDSecure2Required',
  'pm_sim_slow',
  'pm_sim_late',
  'pm_sim_lost_ok',
  'pm_sim_lost_declined',
  'pm_sim_lost_before',
  'pm_sim_rate_limited',
  'pm_sim_down',
  'pm_sim_refund_pending',
  'pm_sim_refund_failing',
  'pm_sim_refund_refused',
  'pm_sim_refund_lost',
];

const placeOrder = async (customer: Customer): Promise<string | null> => {
  const { ask, random, productIds, log, id: customerId, email, createKey } = customer;
  const order = { productId: random.pick(productIds), quantity: random.between(1, 3) };
  const key = createKey();
  const send = () => ask(random, (api) => api.placeOrder({ key, customerId, email, ...order }));
  const replies = await Promise.all(random.bool(0.2) ? [send(), send()] : [send()]);
  if (replies.includes(null)) replies.push(await send());
  const ids = new Set<string>();
  for (const reply of replies) {
    if (reply === null) continue;
    if (reply.isErr()) {
      if (!isUnavailable(reply.error)) log.unexpected.push(`placing: ${reply.error.kind}`);
      continue;
    }
    const { id, total } = reply.value.value;
    ids.add(id);
    log.orders.set(id, { id, email, ...order, amount: total.amount });
  }
  if (ids.size > 1) log.unexpected.push(`the key ${key} has placed the orders ${[...ids].join(' ')}`);
  const [id = null] = ids;
  return id;
};

type CheckoutAnswer = NonNullable<Awaited<ReturnType<typeof sendCheckout>>>;

const sendCheckout = (
  { ask, random, id: customerId }: Customer,
  key: string,
  cart: readonly string[],
  method: string,
) => ask(random, (api) => api.checkOut({ key, customerId, orderIds: cart, method, requestId: key }));

/** Sends a checkout, sometimes twice at once, and repeats it under the same key until its outcome is known. */
const checkOut = async (customer: Customer, cart: readonly string[], method: string): Promise<void> => {
  const { random, scheduler, createKey, isActive } = customer;
  const key = createKey();
  const send = async (): Promise<CheckoutReply['outcome']> => {
    const wasAnswered = customer.log.checkouts.some((known) => known.key === key && isFinal(known.outcome));
    const reply = await sendCheckout(customer, key, cart, method);
    const outcome = recordCheckout(customer, key, cart, reply);
    if (wasAnswered && reply?.isErr() && refusedInProgress.has(reply.error.kind))
      customer.log.unexpected.push(`the key ${key} was answered, and then it was ${reply.error.kind}`);
    if (reply?.isOk() && outcome === 'requires_action') {
      const { response } = reply.value;
      const secret = response.payment.action?.clientSecret ?? null;
      await Promise.all([
        secret === null ? null : answerChallenge(customer, secret, response.checkoutId),
        random.bool(0.3) ? giveUp(customer, key, cart, response.checkoutId) : null,
      ]);
    }
    return outcome;
  };
  for (let tries = 1; tries <= 8; tries++) {
    const outcomes = await Promise.all(random.bool(0.3) ? [send(), send()] : [send()]);
    const isKnown = outcomes.some((outcome) => !repeated.has(outcome));
    if (!isActive() || (isKnown && !random.bool(0.1))) return;
    await scheduler.sleep(random.between(20, 400 * tries));
  }
};

const isFinal = (outcome: CheckoutReply['outcome']): boolean =>
  outcome === 'succeeded' || outcome === 'declined' || outcome === 'cancelled';

const refusedInProgress = new Set(['checkout_in_progress', 'order_in_progress', 'order_not_payable']);

const repeated = new Set<CheckoutReply['outcome']>(['lost', 'unavailable', 'refused']);

const recordCheckout = (
  { log, isPaid }: Customer,
  key: string,
  orderIds: readonly string[],
  reply: CheckoutAnswer | null,
): CheckoutReply['outcome'] => {
  const reported = { key, orderIds };
  if (reply === null || reply.isErr()) {
    const outcome = reply === null ? 'lost' : failureOutcome(reply.error);
    if (outcome === null) log.unexpected.push(`checking out: ${reply?.isErr() && reply.error.kind}`);
    log.checkouts.push({ ...reported, outcome: outcome ?? 'lost', checkoutId: null, replay: null });
    return outcome ?? 'lost';
  }
  const { response, replayed } = reply.value;
  const { status: outcome, checkoutId } = response;
  const replay = replayed ? JSON.stringify(response) : null;
  log.checkouts.push({ ...reported, outcome, checkoutId, replay });
  if (outcome === 'succeeded' && !orderIds.every(isPaid))
    log.unexpected.push(`the checkout ${checkoutId} was answered as succeeded before its orders were paid`);
  return outcome;
};

/** Null for a failure that no customer of the simulation can cause. */
const failureOutcome = ({
  kind,
}: CheckoutFailure | ResponseDropped | { readonly kind: 'unavailable' }): CheckoutReply['outcome'] | null => {
  switch (kind) {
    case 'payment_unavailable':
      return 'unavailable';
    case 'claim_unconfirmed':
      return 'lost';
    case 'checkout_in_progress':
    case 'order_in_progress':
    case 'order_not_payable':
    case 'out_of_stock':
    case 'unavailable':
      return 'refused';
    default:
      return null;
  }
};

/** Passes the challenge now or later, fails it and sometimes tries once more, or abandons it. */
const answerChallenge = async (
  { random, scheduler, finishChallenge, log }: Customer,
  secret: string,
  checkoutId: string,
): Promise<void> => {
  const choice = random.unit();
  if (choice < 0.2) return;
  if (random.bool(0.5)) await scheduler.sleep(random.between(0, 20_000));
  if (random.bool(0.1)) await scheduler.sleep(random.between(800_000, 1_000_000));
  if (choice < 0.45) {
    await finishChallenge(secret, 'fail');
    if (choice < 0.3) return;
    await scheduler.sleep(random.between(0, 3_000));
  }
  if (await finishChallenge(secret, 'succeed')) log.confirmed.push(checkoutId);
};

const giveUp = async (
  customer: Customer,
  key: string,
  orderIds: readonly string[],
  checkoutId: string,
): Promise<void> => {
  const { ask, random, scheduler, log, id: customerId } = customer;
  await scheduler.sleep(random.between(0, 10_000));
  const reply = await ask(random, (api) => api.giveUp({ checkoutId, customerId }));
  const status = reply?.isOk() ? reply.value.payment.status : null;
  const outcome =
    status === 'succeeded' || status === 'declined' || status === 'cancelled'
      ? status
      : status === 'refunded'
        ? 'cancelled'
        : 'lost';
  log.checkouts.push({ key, orderIds, outcome, checkoutId, replay: null });
};

const cancelOrder = async (
  { ask, random, log, id: customerId }: Customer,
  orderId: string,
): Promise<void> => {
  const reply = await ask(random, (api) => api.cancelOrder(orderId, customerId));
  if (reply?.isOk()) log.cancelled.push(orderId);
  else if (reply?.isErr() && reply.error.kind !== 'order_not_pending' && !isUnavailable(reply.error))
    log.unexpected.push(`cancelling: ${reply.error.kind}`);
};

const changeQuantity = async (customer: Customer, orderId: string): Promise<void> => {
  const { ask, random, log, id: customerId, scheduler } = customer;
  const quantity = random.between(1, 3);
  await scheduler.sleep(random.between(0, 40));
  const reply = await ask(random, (api) => api.changeQuantity({ orderId, customerId, quantity }));
  const order = log.orders.get(orderId);
  if (order === undefined) return;
  const amount = (order.amount / order.quantity) * quantity;
  if (reply === null || (reply.isErr() && isUnavailable(reply.error)))
    log.orders.set(orderId, { ...order, perhaps: { quantity, amount } });
  else if (reply.isOk()) log.orders.set(orderId, { ...order, quantity, amount });
};
