import { spawn, spawnSync } from 'node:child_process';

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

export const startPrometheus = (config: string, data: string, port: number) => {
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  return child;
};
