import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { killOnExit } from '../processes/cleanup.ts';

/** Whether a program of Prometheus is there. With REQUIRE_PROMTOOL it must be: a skipped test would look like a passed one. */
const has = (program: string): boolean => {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found && process.env.REQUIRE_PROMTOOL === '1')
    throw new Error(`REQUIRE_PROMTOOL is set, and ${program} is not here`);
  return found;
};

export const prometheusAvailable = has('promtool') && has('prometheus');

/** Runs promtool at the top of the tree. */
export const promtool = (args: readonly string[], input = ''): { code: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    cwd: new URL('../..', import.meta.url),
    input,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
};

const running = new Set<ChildProcess>();

export const startPrometheus = (config: string, data: string, port: number): ChildProcess => {
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, listen, '--log.level=error'];
  const child = spawn('prometheus', args, { stdio: 'ignore' });
  running.add(child);
  killOnExit(child);
  return child;
};

/** Stops those that still run, at the end of a test. */
export const stopPrometheus = async (): Promise<void> => {
  for (const child of running) {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
};
