import { DiagLogLevel, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { CountedLog } from '../../core/countedLog.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';
import { createDecision } from './decision.ts';
import { createSampler, type SamplerName } from './sampler.ts';
import { createSpans, type Spans } from './tracer.ts';

export type TelemetrySettings = {
  /** The whole address that spans are sent to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  readonly samplerRatio: number;
  readonly queueMax: number;
  readonly batchMax: number;
  readonly delayMs: number;
  readonly exportTimeoutMs: number;
};

/** How long a stop waits for the last spans. */
const closeMs = 2_000;

/** Starts the SDK. It sets no globals but its own log, which says how many spans a full queue has dropped. */
export const startTelemetry = (
  settings: TelemetrySettings,
  log: Pick<CountedLog, 'warn'>,
  timer: Timer,
): { readonly spans: Spans; close(): Promise<void> } => {
  const sayFailure = (reason: string): void => log.warn('spans could not be sent, and are lost', { reason });
  const warn = (message: string): void => log.warn('tracing', { reason: message });
  diag.setLogger(
    { error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const { queueMax, batchMax } = settings;
  const exporter = new OTLPTraceExporter({
    url: settings.url,
    headers: { ...settings.headers },
    // A flush sends all batches of a full queue at once. One that is refused would be lost.
    concurrencyLimit: Math.ceil(queueMax / batchMax) + 1,
  });
  const decision = createDecision(createSampler(settings.sampler, settings.samplerRatio));
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(settings.resource)),
    ...decision.tracing,
    spanProcessors: [
      new BatchSpanProcessor(logFailures(exporter, sayFailure), {
        maxQueueSize: queueMax,
        maxExportBatchSize: Math.min(batchMax, queueMax),
        scheduledDelayMillis: settings.delayMs,
        exportTimeoutMillis: settings.exportTimeoutMs,
      }),
    ],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  return {
    spans: createSpans(provider.getTracer('cartwright'), contexts, decision),
    close: async () => {
      const closed = provider.shutdown().catch((cause: unknown) => sayFailure(reasonOf(cause)));
      await withTimeout(timer, closeMs, closed, () => sayFailure(`no answer within ${closeMs / 1_000} s`));
      contexts.disable();
    },
  };
};

/** A failed export ends here, as a counted line: in the SDK it would be an error of the process in some paths. */
const logFailures = (exporter: OTLPTraceExporter, sayFailure: (reason: string) => void): SpanExporter => ({
  export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
    exporter.export(spans, ({ code, error }) => {
      if (code !== ExportResultCode.SUCCESS) sayFailure(reasonOf(error));
      done({ code: ExportResultCode.SUCCESS });
    }),
  forceFlush: () => exporter.forceFlush(),
  shutdown: () => exporter.shutdown(),
});

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown';
  const code = 'code' in cause ? ` (${String(cause.code)})` : '';
  return `${cause.message}${code}`;
};
