import { err, ok, type Result } from 'neverthrow';
import type { Mailer, MailOutcome } from '../../core/mail.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { Unavailable } from '../../core/result.ts';
import type { DatabaseClock, Store } from '../../core/store.ts';
import type { Coverage } from './coverage.ts';
import { createFateDraw, type Fate, type FaultPlan, type Target } from './faults.ts';
import type { Streams } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** The process at one end of a wire. */
export type Caller = {
  readonly name: string;
  /**
   * Remembers the process as it is now. What is delivered later runs once the process is not frozen, and never if it has
   * ended meanwhile.
   */
  capture(): Deliver;
  /** Whether the process cannot reach the target now, because it is cut off or the target is down. */
  isCut(target: Target): boolean;
  /** Whether the target takes its calls and never answers. */
  isSilent(target: Target): boolean;
  /** Counts the calls that are on their way. */
  readonly inFlight: Map<string, number>;
};

export type Deliver = (run: () => void) => void;

export type WirePorts = {
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  readonly faults: FaultPlan;
  readonly ignored: ReadonlySet<string>;
  readonly coverage: Coverage;
  readonly onFault: (fault: string) => void;
  /** False once the faults are over: then calls take no time, because nothing can come between. */
  readonly isFaulty: () => boolean;
  /** True for a call that finds nothing to do. Most of them take no time, so that a history has fewer events. */
  readonly isIdle: IsIdle;
  /** The statements of a verb that still run although their connection broke. */
  readonly lateStatements: (verb: string) => Set<() => void>;
};

export type IsIdle = (verb: string, args: readonly unknown[]) => boolean;

/** What a caller hears of a call that did not arrive, and of one whose answer is lost. */
type Failures<T> = { readonly refused: () => T; readonly lost: () => T };

export type Call = <T>(
  target: Target,
  verb: string,
  perform: () => Promise<T>,
  failures: Failures<T>,
  answers?: Partial<Readonly<Record<Fate, () => T>>>,
) => Promise<T>;

/**
 * A call is a message to a server and a message back. The server does what has arrived, whether or not the caller still
 * lives. The answer goes to the process that has asked, and to no later one of the same name.
 */
export const createCall = (caller: Caller, ports: WirePorts): Call => {
  const { scheduler, streams, faults, ignored, coverage, onFault, isFaulty, lateStatements } = ports;
  const draws = new Map<string, ReturnType<typeof createFateDraw>>();
  const drawOf = (target: Target, verb: string): ReturnType<typeof createFateDraw> => {
    const known = draws.get(verb);
    if (known !== undefined) return known;
    const site = `${caller.name} ${verb}`;
    const draw = createFateDraw(faults, streams.stream(site), site, target, ignored, onFault);
    draws.set(verb, draw);
    return draw;
  };
  const { inFlight } = caller;

  return <T>(
    target: Target,
    verb: string,
    perform: () => Promise<T>,
    failures: Failures<T>,
    answers: Partial<Readonly<Record<Fate, () => T>>> = {},
  ): Promise<T> => {
    if (caller.isSilent(target)) return new Promise(() => {});
    if (!isFaulty() && !caller.isCut(target)) return perform();
    const deliver = caller.capture();
    return new Promise((resolve, reject) => {
      const { fate, delays } = drawOf(target, verb)(isFaulty());
      coverage.fate(fate ?? 'none', verb);
      inFlight.set(verb, (inFlight.get(verb) ?? 0) + 1);
      const end = (work: () => void): void =>
        deliver(() => {
          inFlight.set(verb, (inFlight.get(verb) ?? 1) - 1);
          work();
        });
      const isSlow = fate === 'slow';
      const hop = (): number => (isSlow ? delays.between(50, 4_000) : delays.between(0, 4));
      const answerAfter = (ms: number, value: () => T): void => {
        scheduler.after(ms, () => end(() => resolve(value())));
      };
      const send = (ms: number, onAnswer: ((value: T) => void) | null): void => {
        scheduler.after(ms, () => {
          scheduler.note(verb);
          perform().then(
            (value) => onAnswer?.(value),
            (cause: unknown) => {
              if (onAnswer !== null) end(() => reject(cause));
            },
          );
        });
      };

      /** A statement that runs on after its connection broke. Nobody hears of it. */
      const sendLate = (ms: number, name: string): void => {
        const run = (): void => {
          if (!running.delete(run)) return;
          scheduler.note(name);
          void perform().then(
            () => {},
            () => {},
          );
        };
        const running = lateStatements(name);
        running.add(run);
        scheduler.after(ms, run);
      };

      const answer = fate === null ? undefined : answers[fate];
      if (answer !== undefined) {
        answerAfter(hop() + hop(), answer);
        return;
      }
      if (caller.isCut(target) || fate === 'refused') {
        // A gateway may take its time to refuse.
        answerAfter(
          delays.bool(0.7) ? delays.between(1, 2_000) : delays.between(1, 15_000),
          failures.refused,
        );
        return;
      }
      switch (fate) {
        case 'lost':
          send(hop(), () => answerAfter(delays.between(1, 3_000), failures.lost));
          return;
        case 'zombie':
          answerAfter(delays.between(1, 1_000), failures.lost);
          sendLate(delays.between(500, 8_000), verb);
          return;
        case 'delayed':
          // The caller's own time limit ends its wait.
          send(delays.between(5_000, 25 * 60_000), null);
          return;
        case 'never':
          if (delays.bool(0.5)) send(hop(), null);
          return;
        default: {
          if (fate === 'doubled') send(delays.between(0, 8_000), null);
          send(hop(), (value) => {
            // Cut off between the commit and the answer.
            if (caller.isCut(target)) answerAfter(delays.between(1, 2_000), failures.lost);
            // The copy may still do what this one has not done, so nobody may say that nothing was done.
            else if (fate === 'doubled' && isRefusal(value)) answerAfter(hop(), failures.lost);
            else answerAfter(hop(), () => value);
          });
        }
      }
    });
  };
};

const isRefusal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'unavailable';

const unavailable = (reason: string) => err({ kind: 'unavailable', reason } as const);
const storeFailures = {
  refused: () => unavailable('the database is not reached'),
  lost: () => unavailable('the answer of the database was lost'),
};

type Verb = (...args: readonly unknown[]) => Promise<unknown>;

/** The store as a process sees it. Each function of a port is a call. */
export const wireStore = (
  store: Store,
  call: Call,
  skips: IsIdle,
  wakeup: Store['wakeup'],
  clockMs: () => number,
): Store => {
  const ports = Object.entries(store).map(([port, verbs]) => {
    if (typeof verbs === 'function') return [port, wireVerb(port, verbs as Verb, call, skips)];
    return [
      port,
      Object.fromEntries(
        Object.entries(verbs).map(([name, verb]) => [
          name,
          wireVerb(`${port}.${name}`, verb as Verb, call, skips),
        ]),
      ),
    ];
  });
  const ping: Store['ping'] = () =>
    call<Result<DatabaseClock, Unavailable>>(
      'store',
      'ping',
      async () => ok({ nowMs: clockMs() }),
      storeFailures,
    );
  return { ...(Object.fromEntries(ports) as Store), wakeup, ping };
};

const wireVerb =
  (name: string, verb: Verb, call: Call, skips: IsIdle): Verb =>
  (...args) => {
    if (skips(name, args)) return verb(...args);
    const held = heldAnswers[name];
    return call<unknown>(
      'store',
      name,
      () => verb(...args),
      storeFailures,
      held === undefined ? undefined : { held: () => held(args) },
    );
  };

/** What a batch answers if somebody else holds the rows of its first request, or of all. */
const heldAnswers: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  'audits.claim': () => err({ kind: 'unavailable', reason: 'rows are held', rowsHeld: true }),
  'audits.claimAlone': () => err({ kind: 'unavailable', reason: 'rows are held', rowsHeld: true }),
  'audits.recordOutcomes': () => err({ kind: 'unavailable', reason: 'rows are held', rowsHeld: true }),
};

const providerUnknown = { kind: 'unknown', reason: 'the answer of the provider was lost' } as const;
const providerDown = { kind: 'unavailable', reason: 'the provider is not reached' } as const;

/** The provider as a process sees it. Events are read in the process itself. */
export const wireProvider = (provider: PaymentProvider, call: Call): PaymentProvider => {
  const failures = { refused: () => providerDown, lost: () => providerUnknown };
  const readFailures = {
    refused: () => unavailable('the provider is not reached'),
    lost: () => unavailable('the answer of the provider was lost'),
  };
  return {
    name: provider.name,
    charge: (request) => call('provider', 'charge', () => provider.charge(request), failures),
    cancel: (request) => call('provider', 'cancel', () => provider.cancel(request), failures),
    cancelCharge: (reference) =>
      call('provider', 'cancelCharge', () => provider.cancelCharge(reference), failures),
    refund: (request) => call('provider', 'refund', () => provider.refund(request), failures),
    readCharge: (reference) =>
      call('provider', 'readCharge', () => provider.readCharge(reference), readFailures),
    readLedger: (query) => call('provider', 'readLedger', () => provider.readLedger(query), readFailures),
    readEvent: (request, nowMs) => provider.readEvent(request, nowMs),
  };
};

/** The mail server as a process sees it. */
export const wireMailer = (mailer: Mailer, call: Call): Mailer => {
  const broken = (): MailOutcome => ({ kind: 'deferred', reason: 'the connection broke' });
  return {
    send: (mail) =>
      call<MailOutcome>(
        'mail',
        'send',
        () => mailer.send(mail),
        { refused: () => ({ kind: 'unavailable', reason: 'the mail server is down' }), lost: broken },
        {
          deferred: () => ({ kind: 'deferred', reason: '451 try again' }),
          rejected: () => ({ kind: 'rejected', reason: '550 no such user' }),
          unwell: () => ({ kind: 'unavailable', reason: '421 too many connections' }),
        },
      ),
  };
};
