import type { Coverage } from './coverage.ts';
import { type FaultEvent, type FaultPlan, type Target, targets } from './faults.ts';
import type { SimulatedProcess } from './process.ts';
import type { Streams } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export type InjectorPorts = {
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  readonly faults: FaultPlan;
  readonly processes: readonly SimulatedProcess[];
  readonly outages: Set<Target>;
  readonly coverage: Coverage;
  readonly isFaulty: () => boolean;
  /** Notes the fault. False if it is to be left out. */
  readonly onFault: (fault: string) => boolean;
};

/** Starts the faults of whole processes and servers. They go on until the faults are over. */
export const startInjectors = (ports: InjectorPorts): void => {
  for (const [event, inject] of Object.entries(injections)) {
    const meanMs = ports.faults.get(event as FaultEvent);
    if (meanMs !== undefined) void repeat(event, meanMs, inject, ports);
  }
};

const repeat = async (
  event: string,
  meanMs: number,
  inject: Injection,
  ports: InjectorPorts,
): Promise<void> => {
  const random = ports.streams.stream(event);
  for (let count = 0; ports.isFaulty(); count++) {
    await ports.scheduler.sleep(-Math.log(1 - random.unit()) * meanMs);
    if (!ports.isFaulty()) return;
    const process = random.pick(ports.processes);
    const lengthMs = random.bool(0.7) ? random.between(50, 8_000) : random.between(50, 60_000);
    const size = random.unit();
    if (!ports.onFault(`${event}#${count} ${process.name} ${lengthMs} ms`)) continue;
    ports.scheduler.note(event, process.index);
    for (const [verb, calls] of process.inFlight) if (calls > 0) ports.coverage.pair(event, verb);
    await inject(process, lengthMs, size, ports);
  }
};

type Injection = (
  process: SimulatedProcess,
  lengthMs: number,
  size: number,
  ports: InjectorPorts,
) => Promise<void>;

const injections: Readonly<Partial<Record<FaultEvent, Injection>>> = {
  crash: async (process, lengthMs, _, { scheduler }) => {
    process.crash();
    await scheduler.sleep(lengthMs);
    if (process.api() === null) process.boot();
  },
  restart: async (process, lengthMs, _, { scheduler }) => {
    const start = () => {
      if (process.api() === null) process.boot();
    };
    process.stop(() => void scheduler.after(lengthMs, start));
    await scheduler.sleep(lengthMs);
  },
  freeze: async (process, lengthMs, _, { scheduler }) => {
    process.freeze();
    await scheduler.sleep(lengthMs);
    process.thaw();
  },
  cut: async (process, lengthMs, size, { scheduler }) => {
    const target = pickBySize(targets, size);
    process.cuts.add(target);
    await scheduler.sleep(lengthMs);
    process.cuts.delete(target);
  },
  outage: async (_, lengthMs, size, { scheduler, outages }) => {
    const target = pickBySize(targets, size);
    outages.add(target);
    await scheduler.sleep(lengthMs);
    outages.delete(target);
  },
  skew: async (process, lengthMs, size, { scheduler }) => {
    process.setSkew(Math.round((size - 0.5) * 2 * skewMaxMs));
    await scheduler.sleep(lengthMs);
  },
};

/** Within a quarter of the shortest lease, clocks may differ. */
const skewMaxMs = 4_000;

const pickBySize = <T>(choices: readonly [T, ...T[]] | readonly T[], size: number): T => {
  const choice = choices[Math.floor(size * choices.length)];
  if (choice === undefined) throw new Error('nothing to pick from');
  return choice;
};

/** Ends all faults: what is down starts, what is frozen goes on, and the clocks are right. */
export const heal = ({ processes, outages }: Pick<InjectorPorts, 'processes' | 'outages'>): void => {
  outages.clear();
  for (const process of processes) {
    process.cuts.clear();
    process.setSkew(0);
    if (process.isFrozen()) process.thaw();
    if (process.api() === null) process.boot();
  }
};
