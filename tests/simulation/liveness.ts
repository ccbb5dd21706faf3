import { check } from '../chaos/checker.ts';
import type { Snapshot } from '../chaos/snapshot.ts';
import type { Violation } from '../chaos/violation.ts';
import type { SeededRandom } from '../processes/random.ts';
import type { OpenWork } from './books.ts';
import type { Target } from './faults.ts';
import type { SimulatedProcess } from './process.ts';
import type { OtherServers } from './servers.ts';

/** All that may be open. */
export type Open = OpenWork & { readonly disputes: number; readonly due: number };

/** What stays wrong forever, or for a day, while all other faults end, and what of it can come to no rest then. */
export type LastingFault = {
  readonly name: string;
  /** True if calls hang, so that leases live by their heartbeats alone. */
  readonly callsHang: boolean;
  /** When it ends after all, ms after the others. Null: never. */
  readonly endsAfterMs: number | null;
  begin(parts: {
    readonly processes: readonly SimulatedProcess[];
    readonly outages: Set<Target>;
    readonly refuseAddress: (address: string) => void;
    readonly after: (ms: number, run: () => void) => void;
  }): void;
  /** Open work that the fault explains. */
  readonly explains: readonly (keyof Open)[];
  /** Rules that the fault may break. The rest of the checker counts. */
  readonly breaks: RegExp | null;
  /** The servers that it needs to be there. */
  readonly servers?: Partial<OtherServers>;
};

const ofProcess = (
  name: string,
  begin: (process: SimulatedProcess) => void,
  callsHang = false,
): LastingFault => ({
  ...{ name, callsHang, endsAfterMs: null },
  begin: ({ processes: [first] }) => {
    if (first !== undefined) begin(first);
  },
  explains: [],
  breaks: null,
});

const forEver = { callsHang: false, endsAfterMs: null };

/** Longer than the provider is trusted to remember a key. */
const dayMs = 25 * 3_600_000;

const mailRules = /^(mail_lost|refund_mail_lost|notice_missing|task_left|job_left|order_not_failed)$/;

export const lastingFaults: readonly LastingFault[] = [
  ofProcess('a process is cut off from the database', ({ cuts }) => void cuts.add('store')),
  ofProcess('a process is cut off from the provider', ({ cuts }) => void cuts.add('provider')),
  ofProcess('a process is cut off from the mail server', ({ cuts }) => void cuts.add('mail')),
  ofProcess('a process is frozen', (process) => process.freeze()),
  ofProcess('a process has a wrong clock', (process) => process.setSkew(120_000)),
  ofProcess('no mail of a process is answered', ({ silent }) => void silent.add('mail'), true),
  ofProcess(
    'no call of a process to the provider is answered',
    ({ silent }) => void silent.add('provider'),
    true,
  ),
  {
    ...forEver,
    name: 'the provider is down',
    begin: ({ outages }) => void outages.add('provider'),
    explains: ['payments', 'payingOrders', 'refunds', 'jobs', 'paused', 'due', 'disputes'],
    breaks:
      /^(checkout_status_changed|confirmation_lost|over_refunded|charge|refund|never_|payment_open|order_stuck|order_balance|job_left|reconciliation|money_page|late_|event_undelivered|still_disputed|task_left)/,
  },
  {
    // The provider may have forgotten the keys by then, so its ledger decides.
    name: 'the provider is down for a day',
    callsHang: false,
    endsAfterMs: dayMs,
    begin: ({ outages, after }) => {
      outages.add('provider');
      after(dayMs, () => outages.delete('provider'));
    },
    explains: [],
    breaks: null,
  },
  {
    ...forEver,
    name: 'the mail server is down',
    begin: ({ outages }) => void outages.add('mail'),
    explains: ['notices'],
    breaks: mailRules,
  },
  {
    ...forEver,
    name: 'no receiver of webhooks is reached',
    begin: ({ outages }) => void outages.add('webhook'),
    explains: ['undelivered'],
    breaks: /^event_lost$/,
    servers: { kinds: ['webhook'], actors: ['webhook operator'] },
  },
  {
    ...forEver,
    name: 'no broker is reached',
    begin: ({ outages }) => void outages.add('broker'),
    explains: ['undelivered'],
    breaks: /^event_lost$/,
    servers: { kinds: ['kafka'] },
  },
  {
    ...forEver,
    name: 'no step service is reached',
    begin: ({ outages }) => void outages.add('service'),
    explains: ['groups', 'paidOrders'],
    // The money page says it: the paid orders make no progress. And a service may have taken a shipment whose answer was
    // lost.
    breaks: /^(order_stuck|task_left|money_page_wrong|carried_not_owed)$/,
    servers: { services: ['carrier', 'product_service'] },
  },
  {
    ...forEver,
    name: 'one address takes no mail',
    begin: ({ refuseAddress }) => refuseAddress('an@shop.test'),
    explains: ['notices'],
    breaks: mailRules,
  },
];

/** The lasting fault of a seed. */
export const drawLastingFault = (random: SeededRandom): LastingFault => random.pick(lastingFaults);

/** What is open and not explained. */
export const unexplained = (open: Open, lasting: LastingFault | null): number =>
  Object.entries(open).reduce(
    (sum, [name, count]) =>
      (lasting?.explains as readonly string[] | undefined)?.includes(name) ? sum : sum + count,
    0,
  );

/** The violations that the lasting fault does not explain. */
export const judge = (
  snapshot: Snapshot,
  lasting: LastingFault | null,
  more: readonly Violation[],
): readonly Violation[] =>
  [...check(snapshot), ...more].filter(({ rule }) => lasting?.breaks?.test(rule) !== true);
