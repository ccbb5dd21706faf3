import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds that processes have used so far, user and system, from /proc; children that ended count. */
export const cpuSeconds = (...pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + ticksOf(pid, 4), 0) / ticksPerSecond;

/** The same of a process and all that it has started: of PostgreSQL with its backends. */
export const treeCpuSeconds = (root: number): number => {
  const children = childrenByParent();
  const sum = (pid: number): number =>
    ticksOf(pid, 4) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root) / ticksPerSecond;
};

/** What Linux counts in, on every machine that it is compiled for. */
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

/** utime, stime, and those of waited-for children: fields 14 to 17 of `proc_pid_stat(5)`. */
const ticksOf = (pid: number, count: number): number =>
  fieldsOf(pid)
    .slice(11, 11 + count)
    .reduce((sum, field) => sum + Number(field), 0);

/** The fields behind the name, which may hold spaces: `state` is the first. None for a process that is gone. */
const fieldsOf = (pid: number): readonly string[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
};
