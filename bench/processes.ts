import { readdirSync, readFileSync } from 'node:fs';

/** The user and system CPU seconds of these processes since their start, with children that have ended. */
export const cpuSeconds = (...pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + ticksOf(pid, 4), 0) / ticksPerSecond;

/** The CPU seconds of a process and all its descendants, such as PostgreSQL and its backends. */
export const treeCpuSeconds = (root: number): number => {
  const children = childrenByParent();
  const sum = (pid: number): number =>
    ticksOf(pid, 4) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root) / ticksPerSecond;
};

/** The memory of a process, in bytes: its resident set. */
export const residentBytes = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kilobytes) * 1_024;
};

/** Linux reports CPU time in ticks of 10 ms on every architecture. */
const ticksPerSecond = 100;

const childrenByParent = (): ReadonlyMap<number, readonly number[]> => {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(fieldsOf(Number(name))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
};

/** Fields 14 to 17 of `proc_pid_stat(5)`: utime and stime of the process and of its waited-for children. */
const ticksOf = (pid: number, count: number): number =>
  fieldsOf(pid)
    .slice(11, 11 + count)
    .reduce((sum, field) => sum + Number(field), 0);

/** The fields after the name, from `state` on. The name may contain spaces. Empty for a process that has ended. */
const fieldsOf = (pid: number): readonly string[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};
