/** A process with some stages. `main.ts` starts it, and gives each of its stages one work after the other. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openStage } from './stage.ts';
import { createWorker, listWork, type WorkOptions, type WorkResult } from './work.ts';

/** What the process is started with, as JSON. */
export type WorkerTask = {
  readonly urls: readonly string[];
  readonly prepared: boolean;
  readonly list: Parameters<typeof listWork>[0];
  readonly options: WorkOptions;
};

export type FromWorker =
  | { readonly kind: 'free'; readonly stage: number }
  | { readonly kind: 'done'; readonly stage: number; readonly index: number; readonly result: WorkResult }
  | { readonly kind: 'ended'; readonly cpuMs: number };
/** The work for a stage, or that none is left. */
export type ToWorker = { readonly stage: number; readonly index: number } | 'end';

const { positionals } = parseArgs({ allowPositionals: true });
const { urls, prepared, list, options } = JSON.parse(positionals[0] ?? '{}') as WorkerTask;
const works = listWork(list);
const tell = (message: FromWorker) => process.send?.(message);
const stages = await Promise.all(urls.map((url) => openStage(url, { prepared })));
const workers = stages.map((stage) => createWorker(stage, options));

// Without the process that started this one, nobody needs it.
process.on('disconnect', () => process.exit(0));
process.on('message', async (message: ToWorker) => {
  if (message === 'end') {
    await Promise.all(stages.map((stage) => stage.close()));
    const { user, system } = process.cpuUsage();
    tell({ kind: 'ended', cpuMs: Math.round((user + system) / 1_000) });
    process.disconnect?.();
    return;
  }
  const { stage, index } = message;
  const work = works[index];
  const worker = workers[stage];
  if (work === undefined || worker === undefined) throw new Error(`there is no work ${index}`);
  tell({ kind: 'done', stage, index, result: await worker(work) });
});
for (const stage of stages.keys()) tell({ kind: 'free', stage });
