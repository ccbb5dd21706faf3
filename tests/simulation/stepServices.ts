import type { StepService } from '../../core/pipelines/pipeline.ts';
import type { ServiceOutcome, StepServices } from '../../core/stepService.ts';
import { withTimeout } from '../../core/timer.ts';
import type { World } from '../../core/world.ts';
import type { Call } from './wires.ts';

/** What a service has done under one key. */
export type ServedRequest = {
  readonly service: StepService;
  readonly key: string;
  /** Of the first request. */
  readonly body: string;
  /** True if a later request had another body. */
  readonly isChanged: boolean;
  readonly reference: string;
};

/** The services of other companies in this history. They keep what they have done, and do a key that they know no more. */
export type ServiceServers = {
  readonly available: readonly StepService[];
  serve(service: StepService, key: string, body: string): ServiceOutcome;
  readonly served: () => readonly ServedRequest[];
};

export const createServiceServers = (available: readonly StepService[]): ServiceServers => {
  const byKey = new Map<string, ServedRequest>();
  return {
    available,
    serve: (service, key, body) => {
      const name = `${service} ${key}`;
      const known = byKey.get(name) ?? {
        ...{ service, key, body, isChanged: false, reference: `REF-${byKey.size + 1}` },
      };
      byKey.set(name, { ...known, isChanged: known.isChanged || known.body !== body });
      const { reference } = known;
      return { kind: 'done', reference: { reference, url: `https://services.test/${reference}` } };
    },
    served: () => [...byKey.values()],
  };
};

/** The most time for one call, as that of the product. */
const callMs = 10_000;

/** The services as a process sees them. */
export const wireStepServices = (
  servers: ServiceServers,
  call: Call,
  { timer }: Pick<World, 'timer'>,
): StepServices => ({
  available: servers.available,
  call: ({ service, key, body }) => {
    const waits = (kind: 'deferred' | 'unavailable', reason: string) => (): ServiceOutcome => ({
      ...{ kind, reason },
      retryAfterMs: null,
    });
    const answered = call<ServiceOutcome>(
      'service',
      'serve',
      async () => servers.serve(service, key, body),
      {
        refused: waits('unavailable', `${service} cannot be reached`),
        lost: waits('deferred', `the answer of the ${service} was lost`),
      },
      {
        deferred: waits('deferred', `${service} answered 500`),
        unwell: waits('unavailable', `${service} answered 503`),
        rejected: () => ({ kind: 'rejected', reason: `${service} answered 400` }),
      },
    );
    return withTimeout(timer, callMs, answered, waits('deferred', `${service} did not answer`));
  },
});
