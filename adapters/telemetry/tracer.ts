import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent } from '@opentelemetry/core';
import type { Decision } from './decision.ts';

export type SpanOptions = {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
};

/** What came of the work of a span. `error`: the span is shown as failed, with this word as its `error.type`. */
export type SpanOutcome = { readonly attributes?: Attributes; readonly error?: string | undefined };

/** Spans of one process. The globals of OpenTelemetry are not used, so several of these do not meet. */
export type Spans = ReturnType<typeof createSpans>;

/** As many as the SDK keeps. */
const linksMax = 128;

export const createSpans = (
  tracer: Tracer,
  contexts: AsyncLocalStorageContextManager,
  { keeps }: Pick<Decision, 'keeps'>,
) => {
  /**
   * The span that the caller works in. Undefined if its trace is not kept, and once it has ended: a timer or a batch may
   * outlive the request that started it, and is then no work of that request.
   */
  const current = (): Span | undefined => {
    const context = contexts.active();
    if (context === ROOT_CONTEXT) return undefined;
    const span = trace.getSpan(context);
    return span?.isRecording() === true ? span : undefined;
  };

  /** Work that belongs to nobody’s span. Mostly there is none, and then the runtime has no context to carry along. */
  const apart = <T>(work: () => T): T =>
    contexts.active() === ROOT_CONTEXT ? work() : contexts.with(ROOT_CONTEXT, work);

  /**
   * Runs `work` in a span that is kept. Its attributes are set when it ends: the SDK would copy those of its start three
   * times, and its links twice.
   */
  const runInSpan = <T>(
    { name, kind, attributes }: SpanOptions,
    parent: Context,
    work: () => Promise<T>,
    outcomeOf: (result: T) => SpanOutcome,
    links: readonly Link[] = [],
  ): Promise<T> => {
    const span = tracer.startSpan(name, { kind }, parent);
    for (const link of links) span.addLink(link);
    return contexts.with(trace.setSpan(parent, span), async () => {
      try {
        const result = await work();
        finish(span, attributes, outcomeOf(result));
        return result;
      } catch (cause) {
        finish(span, attributes, { error: cause instanceof Error ? cause.name : 'Error' });
        throw cause;
      }
    });
  };

  return {
    current,

    traceparent: (): string | undefined => {
      const context = current()?.spanContext();
      return context === undefined ? undefined : `00-${context.traceId}-${context.spanId}-01`;
    },

    /** A span below the current one. Without one, there is none, and nothing is paid for it. */
    child: <T>(
      options: SpanOptions,
      work: () => Promise<T>,
      outcomeOf: (result: T) => SpanOutcome = nothing,
    ): Promise<T> => {
      if (current() === undefined) return work();
      return runInSpan(options, contexts.active(), work, outcomeOf);
    },

    /** Whether an `entry` below `parent` will be kept. Asked first, so that nothing is made for one that is not. */
    keepsBelow: (parent: Context): boolean => keeps(parent, []),

    /** A span that begins a trace, or goes on with that of `parent`. Called after `keepsBelow` said that it is kept. */
    keptEntry: runInSpan,

    /** The same, and the sampler decides whether it is kept. */
    entry: <T>(
      options: SpanOptions,
      parent: Context,
      work: () => Promise<T>,
      outcomeOf: (result: T) => SpanOutcome,
    ): Promise<T> => (keeps(parent, []) ? runInSpan(options, parent, work, outcomeOf) : apart(work)),

    /**
     * Its own trace for work that others have caused, with a link to the span of each: a retry days later does not
     * stretch the trace of the request, and a batch has many causes.
     */
    linked: <T>(
      options: SpanOptions,
      causes: readonly (string | null | undefined)[],
      work: () => Promise<T>,
      outcomeOf: (result: T) => SpanOutcome = nothing,
    ): Promise<T> => {
      const links = linksTo(causes);
      return keeps(ROOT_CONTEXT, links)
        ? runInSpan(options, ROOT_CONTEXT, work, outcomeOf, links)
        : apart(work);
    },

    apart,

    /** `linked` for what is already done: only then is it known who caused it. */
    record: (
      options: SpanOptions,
      causes: readonly (string | null | undefined)[],
      startTime: number,
    ): void => {
      const links = linksTo(causes);
      if (keeps(ROOT_CONTEXT, links))
        tracer.startSpan(options.name, { ...options, links, startTime }, ROOT_CONTEXT).end();
    },
  };
};

const linksTo = (causes: readonly (string | null | undefined)[]): Link[] => {
  const links: Link[] = [];
  const seen = new Set<string>();
  for (const cause of causes) {
    if (cause === null || cause === undefined || seen.has(cause)) continue;
    if (links.length === linksMax) break;
    seen.add(cause);
    const context = contextOf(cause);
    if (context !== null) links.push({ context });
  }
  return links;
};

const contextOf = (cause: string): SpanContext | null => {
  const known = parsed.get(cause);
  if (known !== undefined) return known;
  const context = parseTraceParent(cause);
  if (context === null) return null;
  const remote = { ...context, isRemote: true };
  if (parsed.size >= parsedMax) parsed.clear();
  parsed.set(cause, remote);
  return remote;
};
const parsed = new Map<string, SpanContext>();
const parsedMax = 1_024;

export const isSampled = ({ context }: Link): boolean => (context.traceFlags & TraceFlags.SAMPLED) !== 0;

const nothing = (): SpanOutcome => ({});

const finish = (span: Span, started: Attributes, { attributes, error }: SpanOutcome): void => {
  span.setAttributes(started);
  if (attributes !== undefined) span.setAttributes(attributes);
  if (error !== undefined) {
    span.setAttribute('error.type', error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
};

/** The options of a span of this program, which no other one has to understand. */
export const internal = (name: string, attributes: Attributes = {}): SpanOptions => ({
  name,
  attributes,
  kind: SpanKind.INTERNAL,
});
