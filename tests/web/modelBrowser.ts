import { createAlone } from '../../web/shared/browserPay.ts';
import type { Outcome } from '../../web/shared/outcome.ts';
import { createPay, type Pay } from '../../web/shared/pay.ts';
import type { Attempt } from '../../web/shared/payStates.ts';
import type { ModelShop } from './modelShop.ts';

type Exchange = {
  readonly name: string;
  readonly window: ModelWindow;
  /** False if its window is gone or heard that it is lost. It may still arrive. */
  readonly isWaited: () => boolean;
  arrive: () => void;
  answer: () => void;
  lose: () => void;
};

/** A window of the model browser. A reload makes a new one; the old one never hears anything again. */
export type ModelWindow = { pay: Pay; isAlive: boolean; pauses: (() => void)[] };

/** One browser with two windows, and a network that delivers, answers and loses what the test says. */
export class ModelBrowser {
  readonly kept = new Map<string, Attempt>();
  readonly exchanges: Exchange[] = [];
  readonly windows: ModelWindow[] = [];
  readonly violations: string[] = [];
  /** Every phase that a window has shown. */
  readonly phases = new Set<string>();
  readonly bodies = new Map<string, string>();
  nowMs = 0;
  customer: string | null = 'a';
  private signIns = 0;
  private keys = 0;
  private holder: ModelWindow | null = null;
  private readonly queue: { readonly window: ModelWindow; readonly begin: () => void }[] = [];

  readonly shop: ModelShop;
  readonly hasLocks: boolean;

  constructor(shop: ModelShop, { hasLocks }: { readonly hasLocks: boolean }) {
    this.shop = shop;
    this.hasLocks = hasLocks;
    this.windows.push(this.open(), this.open());
  }

  private open(): ModelWindow {
    const window: ModelWindow = { isAlive: true, pauses: [], pay: undefined as unknown as Pay };
    window.pay = createPay({
      customerId: 'a',
      ask: {
        checkOut: (attempt) => {
          this.checkPost(attempt, window);
          return this.send('post', window, () => this.shop.post(this.customer, attempt));
        },
        checkout: (id) => this.send('look', window, () => this.shop.checkout(this.customer, id)),
        giveUp: (id) => this.send('give up', window, () => this.shop.giveUp(this.customer, id)),
        order: (id) => this.send('order', window, () => this.shop.order(this.customer, id)),
        session: () =>
          this.send('session', window, () => ({
            kind: 'ok',
            value: this.customer === null ? null : { customerId: this.customer },
            status: 200,
            requestId: 'r',
            replayed: false,
          })),
      },
      keep: {
        list: () => [...this.kept.values()],
        save: (attempt) => this.kept.set(attempt.key, attempt),
        drop: (key) => {
          if (this.kept.has(key) && this.shop.isOpen(key) && !this.shop.audits.get(key)?.lateClaim)
            this.violations.push(`${key} was dropped while its checkout is open`);
          this.kept.delete(key);
          this.shop.dropped.add(key);
        },
      },
      pause: (_, signal) =>
        new Promise((resolve) => {
          window.pauses.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
      alone: this.hasLocks ? (work) => this.alone(window, work) : createAlone(undefined, 'a'),
      sessionMark: () => String(this.signIns),
      newKey: () => `key ${++this.keys}`,
      nowMs: () => this.nowMs,
    });
    window.pay.subscribe(() => this.checkShown(window));
    return window;
  }

  private alone<Value>(window: ModelWindow, work: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve) => {
      const begin = () => {
        this.holder = window;
        void work().then((value) => {
          this.release(window);
          resolve(value);
        });
      };
      if (this.holder === null) begin();
      else this.queue.push({ window, begin });
    });
  }

  private release(window: ModelWindow): void {
    if (this.holder !== window) return;
    this.holder = null;
    this.queue.shift()?.begin();
  }

  private send<Value>(
    name: string,
    window: ModelWindow,
    handle: () => Outcome<Value>,
  ): Promise<Outcome<Value>> {
    return new Promise((resolve) => {
      let answered: Outcome<Value> | null = null;
      let isOver = false;
      const end = (outcome: Outcome<Value>) => {
        if (window.isAlive && !isOver) resolve(outcome);
        isOver = true;
      };
      const remove = () => {
        const index = this.exchanges.indexOf(exchange);
        if (index >= 0) this.exchanges.splice(index, 1);
      };
      const exchange: Exchange = {
        name,
        isWaited: () => window.isAlive && !isOver,
        window,
        arrive: () => {
          answered ??= handle();
        },
        answer: () => {
          exchange.arrive();
          remove();
          if (answered !== null) end(answered);
        },
        lose: () => {
          if (answered !== null) remove();
          end({ kind: 'lost', requestId: 'r', retryAfterMs: null });
        },
      };
      this.exchanges.push(exchange);
    });
  }

  signIn(customer: string | null): void {
    this.customer = customer;
    this.signIns++;
  }

  /** Long enough for every request to have its end. */
  wait(): void {
    for (const { lose } of this.exchanges.splice(0)) lose();
    this.nowMs += 20 * 60_000;
  }

  /** A reload, or a crash and a new start: the old page is gone, and what it had sent may still arrive. */
  reload(index: number): void {
    const old = this.windows[index];
    if (old === undefined) return;
    old.isAlive = false;
    for (let at = this.queue.length - 1; at >= 0; at--)
      if (this.queue[at]?.window === old) this.queue.splice(at, 1);
    this.release(old);
    const fresh = this.open();
    this.windows[index] = fresh;
    void fresh.pay.resume();
  }

  tick(index: number): void {
    for (const end of this.windows[index]?.pauses.splice(0) ?? []) end();
  }

  private checkPost(attempt: Attempt, window: ModelWindow): void {
    const { key } = attempt;
    if (!this.kept.has(key)) this.violations.push(`${key} was sent before it was kept`);
    const body = JSON.stringify([attempt.orderIds, attempt.method]);
    if ((this.bodies.get(key) ?? body) !== body) this.violations.push(`${key} was sent with two bodies`);
    this.bodies.set(key, body);
    const others = this.exchanges.filter(({ name, isWaited }) => name === 'post' && isWaited());
    if (others.some((other) => this.hasLocks || other.window === window))
      this.violations.push(`${key} was sent while another request to pay was on its way`);
    for (const [other, text] of this.bodies)
      if (other !== key && !this.shop.dropped.has(other) && overlap(text, body))
        this.violations.push(`${key} was sent while ${other} had no final answer`);
  }

  private checkShown(window: ModelWindow): void {
    const state = window.pay.state();
    this.phases.add(state.phase);
    if (!window.isAlive || state.phase === 'idle' || state.attempt === null) return;
    const { key } = state.attempt;
    const isCharged = this.shop.charges.some((charge) => charge.key === key);
    if (state.phase === 'paid' && !this.shop.isPaid(state.checkout.checkoutId))
      this.violations.push(`${state.checkout.checkoutId} is shown as paid and is not`);
    // Without locks, another window may send the same key again while this one hears its refusal.
    const saysNothingCharged = this.hasLocks
      ? ['declined', 'cancelled', 'refused', 'stopped']
      : ['declined', 'cancelled'];
    if (saysNothingCharged.includes(state.phase) && isCharged)
      this.violations.push(`${key} is shown as ${state.phase} and is paid`);
  }

  /** No window may offer to pay for an order whose checkout is open. */
  checkOffers(): void {
    for (const [key, { orderIds, lateClaim }] of this.shop.audits)
      for (const { pay } of this.windows)
        for (const id of orderIds)
          if (!lateClaim && this.shop.isOpen(key) && pay.canPay([id]))
            this.violations.push(`${id} is offered while ${key} is open`);
  }
}

const overlap = (one: string, other: string): boolean => {
  const idsOf = (body: string) => (JSON.parse(body) as [string[]])[0];
  return idsOf(one).some((id) => idsOf(other).includes(id));
};

/** Lets all that is ready run. No time passes. */
export const flush = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
};
