import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuSeconds } from '../processes.ts';

/** Starts the mail server in a process of its own. `stop` returns the number of mails that it has accepted. */
export const startSink = async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sink.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const exited = once(child, 'exit');
  let usedSeconds = 0;
  return {
    port,
    usedSeconds: () => usedSeconds,
    stop: async (): Promise<number> => {
      usedSeconds = cpuSeconds(child.pid ?? 0);
      child.stdin.end();
      const mails = Number((await lines.next()).value);
      await exited;
      return mails;
    },
  };
};
