import { fork } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { SeedRange } from './runSeeds.ts';
import type { Tally } from './tally.ts';

/** Runs seeds somewhere: in this process, or in one of its shards. */
export type Runner = {
  run(range: SeedRange): Promise<Tally>;
  /** What the runner's histories have met. Ends the runner. */
  end(): Promise<ReadonlyMap<string, number>>;
};

/** What a shard is asked. `end`: it sends what it has met, and ends. */
type Request = SeedRange | 'end';
type Reply = { readonly tally: Tally } | { readonly counts: readonly (readonly [string, number])[] };

const program = fileURLToPath(new URL('run.ts', import.meta.url));

/** Starts a process that runs the seeds it is given, with the same arguments as this one. */
export const startShard = (args: readonly string[]): Runner => {
  const child = fork(program, [...args, '--as-shard']);
  const ask = (request: Request): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null, signal: string | null): void =>
        reject(new Error(`a shard has ended (${signal ?? code}), and ${JSON.stringify(request)} with it`));
      child.once('exit', onExit);
      child.once('message', (reply: Reply) => {
        child.off('exit', onExit);
        resolve(reply);
      });
      child.send(request);
    });
  return {
    run: async (range) => {
      const reply = await ask(range);
      if (!('tally' in reply)) throw new Error('a shard has sent no tally');
      return reply.tally;
    },
    end: async () => {
      const reply = await ask('end');
      child.kill();
      return new Map('counts' in reply ? reply.counts : []);
    },
  };
};

/** Answers the process that has started this one, until that ends it. */
export const serveShard = (runner: Runner): void => {
  // A signal to the whole group is for the process that started the shards. It says what is done, and ends them.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  const send = (reply: Reply): void => void process.send?.(reply);
  process.on('message', (request: Request) => {
    const reply: Promise<Reply> =
      request === 'end'
        ? runner.end().then((counts) => ({ counts: [...counts] }))
        : runner.run(request).then((tally) => ({ tally }));
    reply.then(send, (cause: unknown) => {
      console.error(cause);
      process.exit(1);
    });
  });
};
