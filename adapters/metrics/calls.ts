import type { Mailer } from '../../core/mail.ts';
import { type Metrics, secondsBuckets } from '../../core/metrics.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { AsyncResult } from '../../core/result.ts';
import type { StepServices } from '../../core/stepService.ts';
import type { Timer } from '../../core/timer.ts';

/** Returns a function that says how many seconds have passed since the call, by a monotonic clock. */
export const createStopwatch = (timer: Timer): (() => () => number) => {
  const start = timer.deadline(0);
  return () => {
    const startedMs = start.remainingMs();
    return () => (startedMs - start.remainingMs()) / 1_000;
  };
};

/** How long each call of other companies takes, and what comes of it. */
export const createCallMetrics = (metrics: Metrics, timer: Timer) => {
  const startWatch = createStopwatch(timer);
  const seconds = (name: string, help: string, labels: readonly string[]) =>
    metrics.histogram({ name, help, labels, buckets: secondsBuckets });
  const provider = seconds(
    'cartwright_provider_call_duration_seconds',
    'Calls of the payment provider, by what is asked and what came of it.',
    ['operation', 'outcome'],
  );
  const mail = seconds(
    'cartwright_mail_duration_seconds',
    'Mails that were handed to the mail server or to the captured mailbox, by what came of it.',
    ['outcome'],
  );
  const service = seconds(
    'cartwright_step_service_call_duration_seconds',
    'Calls of step services of other companies, by what came of it.',
    ['service', 'outcome'],
  );

  /** A call that throws is a bug, and is counted as such. */
  const timed = async <T>(
    call: () => Promise<T>,
    outcomeOf: (result: T) => string,
    observe: (outcome: string, tookS: number) => void,
  ): Promise<T> => {
    const elapsedS = startWatch();
    let outcome = 'threw';
    try {
      const result = await call();
      outcome = outcomeOf(result);
      return result;
    } finally {
      observe(outcome, elapsedS());
    }
  };

  return {
    measureProvider: (measured: PaymentProvider): PaymentProvider => {
      const observe = (operation: string) => (outcome: string, tookS: number) =>
        provider(operation, outcome).observe(tookS);
      const kind = <T extends { readonly kind: string }>(operation: string, call: () => Promise<T>) =>
        timed(call, (outcome) => outcome.kind, observe(operation));
      const read = <T>(operation: string, call: () => AsyncResult<T>) =>
        timed(call, (result) => (result.isOk() ? 'succeeded' : 'unavailable'), observe(operation));
      return {
        name: measured.name,
        charge: (request) => kind('charge', () => measured.charge(request)),
        cancel: (request) => kind('cancel', () => measured.cancel(request)),
        cancelCharge: (reference) => kind('cancel_charge', () => measured.cancelCharge(reference)),
        refund: (request) => kind('refund', () => measured.refund(request)),
        readCharge: (reference) => read('read_charge', () => measured.readCharge(reference)),
        readLedger: (query) => read('read_ledger', () => measured.readLedger(query)),
        // It reads what is in memory, and calls nobody.
        readEvent: (request, nowMs) => measured.readEvent(request, nowMs),
      };
    },
    measureMailer: (measured: Mailer): Mailer => ({
      ...(measured.drawsInvoicesLater === undefined
        ? {}
        : { drawsInvoicesLater: measured.drawsInvoicesLater }),
      send: (one) =>
        timed(
          () => measured.send(one),
          ({ kind }) => kind,
          (outcome, tookS) => mail(outcome).observe(tookS),
        ),
    }),
    measureServices: (measured: StepServices): StepServices => ({
      available: measured.available,
      call: (request) =>
        timed(
          () => measured.call(request),
          ({ kind }) => kind,
          (outcome, tookS) => service(request.service, outcome).observe(tookS),
        ),
    }),
  };
};
