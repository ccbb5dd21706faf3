import type { TracedTarget } from '../adapters/telemetry/events.ts';
import type { TelemetrySettings } from '../adapters/telemetry/sdk.ts';
import type { CountedLog } from '../core/countedLog.ts';
import type { Mailer } from '../core/mail.ts';
import type { PaymentProvider } from '../core/provider.ts';
import type { StepServices } from '../core/stepService.ts';
import type { Store } from '../core/store.ts';
import type { Traceparent, TraceRecovery, TraceStep } from '../core/trace.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import { sqlitePathOf } from './databaseUrl.ts';

type Routes = { readonly routes: readonly { readonly path: string }[] };
type Fetch = (request: Request) => Response | Promise<Response>;

/** Wraps the ports of the process in spans. Without an exporter, every function returns what it is given. */
export type Tracing = {
  readonly traceparent: Traceparent;
  /** For the log lines of the current span. */
  readonly logIds: (() => SpanIds | undefined) | undefined;
  readonly fetch: (fetch: Fetch, api: Routes) => Fetch;
  readonly store: (store: Store) => Store;
  readonly provider: (provider: PaymentProvider) => PaymentProvider;
  readonly mailer: (mailer: Mailer) => Mailer;
  readonly stepServices: (services: StepServices) => StepServices;
  readonly useCase: <Args extends readonly unknown[], R>(
    name: string,
    run: (...args: Args) => Promise<R>,
  ) => (...args: Args) => Promise<R>;
  /** For the work that no request waits for. */
  readonly worker: { readonly traceStep: TraceStep; readonly traceRecovery: TraceRecovery };
  readonly eventTarget: <Target extends TracedTarget>(target: Target) => Target;
  close(): Promise<void>;
};

type SpanIds = { readonly trace_id: string; readonly span_id: string };

const same = <T>(value: T): T => value;

const noTracing: Tracing = {
  traceparent: () => undefined,
  logIds: undefined,
  fetch: same,
  store: same,
  provider: same,
  mailer: same,
  stepServices: same,
  useCase: (_, run) => run,
  worker: { traceStep: (_, work) => work(), traceRecovery: (_, work) => work() },
  eventTarget: same,
  close: async () => {},
};

/** Loads the SDK only if spans have somewhere to go. */
export const openTracing = async (
  { tracing, databaseUrl, role }: Pick<Config, 'tracing' | 'databaseUrl' | 'role'>,
  version: string,
  { timer, clock, ids }: Pick<World, 'timer' | 'clock' | 'ids'>,
  log: Pick<CountedLog, 'warn'>,
): Promise<Tracing> => {
  if (tracing.endpoint === null || tracing.disabled) return noTracing;
  const identity = {
    'service.name': 'cartwright',
    'service.version': version,
    'service.instance.id': ids.next(clock.nowMs()),
    'cartwright.role': role,
  };
  const settings = sdkSettings(tracing, tracing.endpoint, identity);
  const { startTelemetry } = await import('../adapters/telemetry/sdk.ts');
  const { createTraceRecovery, createTraceStep, traceRequests } = await import(
    '../adapters/telemetry/entries.ts'
  );
  const { traceEvents } = await import('../adapters/telemetry/events.ts');
  const { traceStore } = await import('../adapters/telemetry/store.ts');
  const { traceMailer, traceProvider, traceStepServices, traceUseCase } = await import(
    '../adapters/telemetry/calls.ts'
  );
  const { createRoutePattern, pathOf } = await import('../api/http/routePattern.ts');
  const { spans, close } = startTelemetry(settings, log, timer);
  const system = sqlitePathOf(databaseUrl) === null ? 'postgresql' : 'sqlite';
  return {
    traceparent: spans.traceparent,
    logIds: () => {
      const context = spans.current()?.spanContext();
      return context === undefined ? undefined : { trace_id: context.traceId, span_id: context.spanId };
    },
    fetch: (fetch, { routes }) => {
      const patternOf = createRoutePattern(routes);
      return traceRequests(spans, fetch, ({ url }) => patternOf(pathOf(url)));
    },
    store: (store) => traceStore(spans, store, system, clock),
    provider: (provider) => traceProvider(spans, provider),
    mailer: (mailer) => traceMailer(spans, mailer),
    stepServices: (services) => traceStepServices(spans, services),
    useCase: (name, run) => traceUseCase(spans, name, run),
    worker: { traceStep: createTraceStep(spans), traceRecovery: createTraceRecovery(spans) },
    eventTarget: (target) => traceEvents(spans, target),
    close,
  };
};

const sdkSettings = (
  { serviceName, resource, endpoint: _, disabled: __, ...others }: Config['tracing'],
  endpoint: string,
  identity: Readonly<Record<string, string>>,
): TelemetrySettings => ({
  ...others,
  url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
  resource: { ...identity, ...resource, ...(serviceName === null ? {} : { 'service.name': serviceName }) },
});
