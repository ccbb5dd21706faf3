import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { Timer } from '../core/timer.ts';

/**
 * `npx` ends at a signal and passes none on, so the server that it started would go on without it. This file finds the
 * package runners above this process and notices when one of them has ended. A service of systemd, the first process of
 * a container and a program that a script leaves behind have no such runner, and are never ended by this.
 */

type Environment = Readonly<Record<string, string | undefined>>;
/** What a process knows of others. Null for a process that cannot be read. */
export type Processes = {
  parentOf(pid: number): number | null;
  environmentOf(pid: number): Environment | null;
};
type Link = { readonly child: number; readonly parent: number };

/**
 * True for a process that a runner started and waits for: our script of package.json, or Bun by `npx`. Processes
 * inherit these variables, so a script that only happens to start us, maybe in the background, does not count.
 */
const isRun = ({ npm_lifecycle_event: event, npm_lifecycle_script: script = '' }: Environment): boolean =>
  event === 'npx'
    ? /^['"]?bun\b/.test(script)
    : /\bserver\/(main|simulator)\.ts\b/.test(script) && !script.trimEnd().endsWith('&');

/** The links from the process `pid` up to the outermost runner: `bun server/main.ts`, `bun run`, `sh`, `npx`. */
export const findRunners = (
  pid: number,
  environment: Environment,
  { parentOf, environmentOf }: Processes,
): readonly Link[] => {
  const links: Link[] = [];
  let child = pid;
  let ofChild: Environment | null = environment;
  while (ofChild !== null && isRun(ofChild)) {
    const parent = parentOf(child);
    if (parent === null) break;
    links.push({ child, parent });
    child = parent;
    ofChild = environmentOf(parent);
  }
  return links;
};

const checkEveryMs = 1_000;

/** Calls `onEnd` once, when a runner above this process has ended. Does not keep the process alive. */
export const watchRunners = (environment: Environment, timer: Timer, onEnd: () => void): void => {
  const links = findRunners(process.pid, environment, systemProcesses);
  // An orphan gets another parent at once, even while its dead parent is not yet removed.
  const hasEnded = () => links.some(({ child, parent }) => systemProcesses.parentOf(child) !== parent);
  const check = () => {
    if (hasEnded()) onEnd();
    else timer.after(checkEveryMs, check, { background: true });
  };
  if (links.length > 0) timer.after(checkEveryMs, check, { background: true });
};

/** Where there is no /proc, only the direct parent is known. */
const systemProcesses: Processes = {
  parentOf: (pid) => {
    // After the name of the program, which is in parentheses and may contain any character: state and parent.
    const stat = readProcFile(pid, 'stat');
    if (stat !== null) return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return pid === process.pid ? process.ppid : null;
  },
  environmentOf: (pid) => {
    const text = readProcFile(pid, 'environ');
    if (text === null) return null;
    const entries = text.split('\0').map((entry): [string, string] => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    });
    return Object.fromEntries(entries);
  },
};

const readProcFile = (pid: number, name: string): string | null => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
};
