import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { createTally, type Tally } from './report.ts';
import { startServer } from './server.ts';
import { openStage } from './stage.ts';
import { createWorker, listWork, type Work, type WorkOptions } from './work.ts';
import type { FromWorker, ToWorker, WorkerTask } from './worker.ts';

export type RunOptions = {
  readonly server: 15 | 18;
  readonly prepared: boolean;
  readonly workers: number;
  readonly stages: number;
  readonly list: Parameters<typeof listWork>[0];
  readonly work: WorkOptions;
};

/** With fewer works than this, processes of their own take longer than the work. */
const fewWorks = 8;

/** Runs all work on a server of its own. Returns false if something is broken. */
export const run = async (options: RunOptions): Promise<boolean> => {
  const works = listWork(options.list);
  if (works.length === 0) throw new Error('no scenario is of that name');
  const server = await startServer(options.server);
  try {
    const tally = createTally(works, options, await server.version());
    const cpuMs =
      works.length < fewWorks
        ? await runHere(works, options, tally, await server.createDatabase())
        : await runInProcesses(works, options, tally, server.createDatabase);
    const deadlocks = await server.countDeadlocks();
    return tally.end({ deadlocks, clientMs: cpuMs, serverMs: server.cpuMs() });
  } finally {
    await server.remove();
  }
};

const runHere = async (
  works: readonly Work[],
  { prepared, work: options }: RunOptions,
  tally: Tally,
  url: string,
): Promise<number> => {
  const stage = await openStage(url, { prepared });
  const doWork = createWorker(stage, options);
  for (const work of works) tally.add(work, await doWork(work));
  await stage.close();
  return cpuOf(process);
};

const cpuOf = ({ cpuUsage }: Pick<NodeJS.Process, 'cpuUsage'>): number => {
  const { user, system } = cpuUsage();
  return Math.round((user + system) / 1_000);
};

const runInProcesses = async (
  works: readonly Work[],
  { workers, stages, prepared, list, work: options }: RunOptions,
  tally: Tally,
  createDatabase: () => Promise<string>,
): Promise<number> => {
  let next = 0;
  let cpuMs = cpuOf(process);
  const startWorker = async (): Promise<void> => {
    const urls: string[] = [];
    for (let stage = 0; stage < stages; stage++) urls.push(await createDatabase());
    const task: WorkerTask = { urls, prepared, list, options };
    const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)], { stdio: 'inherit' });
    let idle = 0;
    const give = (stage: number): void => {
      if (next >= works.length && ++idle < stages) return;
      const message: ToWorker = next < works.length ? { stage, index: next++ } : 'end';
      child.send(message);
    };
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'ended') cpuMs += message.cpuMs;
      if (message.kind === 'done') {
        const work = works[message.index];
        if (work !== undefined) tally.add(work, message.result);
      }
      if (message.kind !== 'ended') give(message.stage);
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`a worker ended with ${code}`);
  };
  const started: Promise<void>[] = [];
  for (let worker = 0; worker < workers; worker++) started.push(startWorker());
  await Promise.all(started);
  return cpuMs;
};
