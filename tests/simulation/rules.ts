import type { Store } from '../../core/store.ts';
import type { Books } from './books.ts';

/** The statements of each verb that run on after their connection broke. */
export const createLateStatements = (): ((verb: string) => Set<() => void>) => {
  const late = new Map<string, Set<() => void>>();
  return (verb) => {
    const known = late.get(verb) ?? new Set();
    late.set(verb, known);
    return known;
  };
};

/** `findByKey` waits for claims that are being written, so those that still run are over before it looks. */
export const waitingForClaims = (
  store: Store,
  lateStatements: (verb: string) => ReadonlySet<() => void>,
): Store => ({
  ...store,
  audits: {
    ...store.audits,
    findByKey: async (request) => {
      for (const verb of ['audits.claim', 'audits.claimAlone']) for (const run of lateStatements(verb)) run();
      return store.audits.findByKey(request);
    },
  },
});

/** Invariant 4, seen where it is kept: no report, heartbeat or release counts under another lease than the task has. */
export const watchLeases = (
  store: Store,
  { runningLease }: Pick<Books, 'runningLease'>,
  onBroken: (line: string) => void,
): Store => {
  const { queue } = store;
  type Ref = { readonly taskId: string; readonly lease: number };
  const judge = (
    verb: string,
    refs: readonly Ref[],
    held: readonly (number | undefined)[],
    accepted: readonly string[],
  ) => {
    refs.forEach(({ taskId, lease }, index) => {
      if (
        accepted.includes(taskId) &&
        held[index] !== lease &&
        !refs.some((other, at) => other.taskId === taskId && held[at] === other.lease)
      )
        onBroken(
          `${verb} of the task ${taskId} was accepted under the lease ${lease}, and it has ${held[index]}`,
        );
    });
  };
  const heldBy = (refs: readonly Ref[]) => refs.map(({ taskId }) => runningLease(taskId));
  return {
    ...store,
    queue: {
      ...queue,
      report: async (reports, nowMs) => {
        const held = heldBy(reports);
        const accepted = await queue.report(reports, nowMs);
        judge('a report', reports, held, accepted.unwrapOr([]));
        return accepted;
      },
      reportJobs: async (reports, nowMs) => {
        const held = heldBy(reports);
        const accepted = await queue.reportJobs(reports, nowMs);
        judge('a report', reports, held, accepted.unwrapOr([]));
        return accepted;
      },
      heartbeat: async (leases, untilMs) => {
        const held = heldBy(leases);
        const accepted = await queue.heartbeat(leases, untilMs);
        judge('a heartbeat', leases, held, accepted.unwrapOr([]));
        return accepted;
      },
    },
  };
};
