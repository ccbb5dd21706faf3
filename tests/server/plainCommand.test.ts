import { describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { answerInsteadOf } from '../../server/plainCommand.ts';
import { createScratchFolder } from '../processes/cleanup.ts';

describe('A command without options', () => {
  const command = { name: 'partition', usage: 'Puts the history into partitions.' };

  test('It runs without arguments', () => {
    expect(answerInsteadOf(command, [])).toBeNull();
  });

  test.each(['--help', '-h'])('With %s it shows its help and does not run', (argument) => {
    expect(answerInsteadOf(command, [argument])).toEqual({ text: command.usage, exitCode: 0 });
  });

  test.each([[['--dry-run']], [['2027-01']], [['--help', '--months=3']]])('It refuses %p', (argv) => {
    const answer = answerInsteadOf(command, argv);
    expect(answer?.exitCode).toBe(2);
    expect(answer?.text).toBe(`partition has no argument ${argv.at(-1)}\nSee: bun run partition --help`);
  });
});

describe.each(['partition', 'migrate', 'doctor', 'events'])('bun run %s', (name) => {
  const run = (argument: string) => {
    const file = join(createScratchFolder('help', { inMemory: true }), 'shop.db');
    const env = { ...process.env, DATABASE_URL: `sqlite:${file}` };
    const program = spawnSync(process.execPath, [`server/${name}.ts`, argument], { env, encoding: 'utf8' });
    return { ...program, touched: existsSync(file) };
  };

  test('Its help touches no database', () => {
    const { status, stdout, touched } = run('--help');
    expect(stdout).toContain(`bun run ${name}`);
    expect([status, touched]).toEqual([0, false]);
  });

  test('An unknown argument is refused without a stack, and touches no database', () => {
    const { status, stderr, touched } = run('--frob');
    expect(stderr).toContain('--frob');
    expect(stderr).toEndWith(`See: bun run ${name} --help\n`);
    expect([status === 0, touched]).toEqual([false, false]);
  });
});

const commands: readonly (readonly [string, readonly string[]])[] = [
  ['partition', []],
  ['migrate', []],
  ['events', []],
  ['archive', ['--before', '2020-01']],
  ['seed', ['--orders', '1']],
];

test.each(commands)('bun run %s says which database it cannot reach, and what to do', (name, argv) => {
  // Nothing listens on port 1.
  const env = {
    ...process.env,
    ...{ DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/shop', DATABASE_WAIT_MS: '0' },
  };
  const { status, stderr } = spawnSync(process.execPath, [`server/${name}.ts`, ...argv], {
    env,
    encoding: 'utf8',
  });
  expect(stderr).toEndWith(
    'the database postgres://127.0.0.1:1/shop: the database refused the connection. To repair it, check that it runs, and the host and the port in DATABASE_URL.\n',
  );
  expect([status, stderr.includes('hunter2')]).toEqual([1, false]);
});

test.each([
  ['events', []],
  ['archive', ['--before', '2020-01']],
] as const)('bun run %s makes no shop where there is none', (name, argv) => {
  const file = join(createScratchFolder('missing', { inMemory: true }), 'shop.db');
  const env = { ...process.env, DATABASE_URL: `sqlite:${file}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, [`server/${name}.ts`, ...argv], {
    env,
    encoding: 'utf8',
  });
  expect(stderr).toContain(
    `the database sqlite:${file}: there is no such file: is DATABASE_URL that of the shop?`,
  );
  expect([status, stdout, existsSync(file)]).toEqual([1, '', false]);
});

test.each(commands)('bun run %s says that a setting is mistyped', (name, argv) => {
  const file = join(createScratchFolder('mistyped', { inMemory: true }), 'shop.db');
  const env = {
    ...process.env,
    DATABASE_URL: `sqlite:${file}`,
    DATABASE_REPLICA_ULR: 'hunter2',
    SLOW_MS: 'soon',
  };
  const { stderr } = spawnSync(process.execPath, [`server/${name}.ts`, ...argv], { env, encoding: 'utf8' });
  expect(stderr).toStartWith(
    'Warning: DATABASE_REPLICA_ULR is no setting and has no effect: did you mean DATABASE_REPLICA_URL?\n',
  );
  expect(stderr).not.toContain('hunter2');
});
