/** The span that the caller works in, as W3C `traceparent`. Undefined if its trace is not kept, or nothing is traced. */
export type Traceparent = () => string | undefined;

/** A command that makes a task or is part of a batch. The task keeps this span, and the span of the batch links to it. */
export type Caused = {
  /** The span of the cause, as W3C `traceparent`. */
  readonly traceparent?: string | undefined;
};

/** Work that a request has caused, and that is done later. */
type CausedWork = {
  readonly taskId: string;
  readonly pipeline: string;
  readonly step: string;
  /** Failed attempts before this one. */
  readonly attempts: number;
  /** The span of its cause, as W3C `traceparent`. */
  readonly traceparent?: string | null;
};

/** Runs `work`, in its own trace if traces are kept. That trace links to the cause and does not continue its trace. */
export type TraceStep = <R extends { readonly outcome: { readonly kind: string } } | null>(
  caused: CausedWork,
  work: () => Promise<R>,
) => Promise<R>;

/**
 * Runs work of a loop, which belongs to no request and to no task, in its own trace if traces are kept. A payment does
 * not store the span of its checkout, so both spans name the id of the checkout.
 */
export type TraceRecovery = <R>(
  recovered: { readonly checkoutId: string },
  work: () => Promise<R>,
) => Promise<R>;
