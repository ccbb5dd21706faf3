import { type Attributes, SpanKind } from '@opentelemetry/api';
import type { Mailer } from '../../core/mail.ts';
import type { PaymentProvider } from '../../core/provider.ts';
import type { StepServices } from '../../core/stepService.ts';
import { internal, type SpanOptions, type SpanOutcome, type Spans } from './tracer.ts';

/** What we call outside, with what came of it. A span has no address and no amount. */

const clientSpan = (name: string, attributes: Attributes): SpanOptions => ({
  name,
  attributes,
  kind: SpanKind.CLIENT,
});

/** A declined card is an answer; that nobody could be asked is an error. */
const outcomeOf = ({ kind }: { readonly kind: string }): SpanOutcome => ({
  attributes: { 'cartwright.outcome': kind },
  error: failures.has(kind) ? kind : undefined,
});
const failures = new Set(['unavailable', 'unknown', 'deferred', 'rejected']);

export const traceProvider = (spans: Spans, provider: PaymentProvider): PaymentProvider => {
  const span = (method: string) =>
    clientSpan(`provider.${method}`, { 'service.peer.name': provider.name, 'cartwright.call': method });
  return {
    ...provider,
    charge: (request) => spans.child(span('charge'), () => provider.charge(request), outcomeOf),
    cancel: (request) => spans.child(span('cancel'), () => provider.cancel(request), outcomeOf),
    cancelCharge: (reference) =>
      spans.child(span('cancelCharge'), () => provider.cancelCharge(reference), outcomeOf),
    refund: (request) => spans.child(span('refund'), () => provider.refund(request), outcomeOf),
    readCharge: (reference) => spans.child(span('readCharge'), () => provider.readCharge(reference)),
    readLedger: (query) => spans.child(span('readLedger'), () => provider.readLedger(query)),
  };
};

export const traceMailer = (spans: Spans, mailer: Mailer): Mailer => ({
  ...mailer,
  send: (mail) => spans.child(clientSpan('mail.send', {}), () => mailer.send(mail), outcomeOf),
});

/** Its adapter sends the span as `traceparent`, because it is the current one. */
export const traceStepServices = (spans: Spans, services: StepServices): StepServices => ({
  ...services,
  call: (request) =>
    spans.child(
      clientSpan('POST', { 'http.request.method': 'POST', 'service.peer.name': request.service }),
      () => services.call(request),
      outcomeOf,
    ),
});

/** A use case, with how it ended. */
export const traceUseCase =
  <Args extends readonly unknown[], R>(
    spans: Spans,
    name: string,
    run: (...args: Args) => Promise<R>,
  ): ((...args: Args) => Promise<R>) =>
  (...args) =>
    spans.child(internal(name), () => run(...args), useCaseOutcome);

/** The kind of the refusal, and the checkout that was made. The recovery of a payment has the same id. */
export const useCaseOutcome = (result: unknown): SpanOutcome => {
  const { error, value } = result as {
    readonly error?: { readonly kind?: unknown };
    readonly value?: { readonly response?: { readonly checkoutId?: unknown } } | null;
  };
  const checkoutId = value?.response?.checkoutId;
  return {
    attributes: {
      ...(typeof error?.kind === 'string' ? { 'cartwright.outcome': error.kind } : {}),
      ...(typeof checkoutId === 'string' ? { 'cartwright.checkout.id': checkoutId } : {}),
    },
  };
};
