import { describe, expect, test } from 'bun:test';
import { findRunners, type Processes } from '../../server/launcher.ts';

type Environment = Readonly<Record<string, string>>;

/** The processes of a machine. The first is the program; the parent of each is the next one. */
const linksIn = (environments: readonly Environment[]) => {
  const processes: Processes = {
    parentOf: (pid) => (pid < environments.length ? pid + 1 : null),
    environmentOf: (pid) => environments[pid - 1] ?? null,
  };
  return findRunners(1, environments[0] ?? {}, processes).map(({ child, parent }) => `${child} ${parent}`);
};

const plain = { PATH: '/usr/bin' };
const byScript = { npm_lifecycle_event: 'start', npm_lifecycle_script: 'bun install && bun server/main.ts' };
const byNpx = { npm_command: 'exec', npm_lifecycle_event: 'npx', npm_lifecycle_script: "'bun'" };

describe('The runners above the program', () => {
  test('With npx they reach from the program over Bun and the shell to npx', () => {
    expect(linksIn([byScript, byNpx, byNpx, plain, plain])).toEqual(['1 2', '2 3', '3 4']);
  });

  test('With `bun run` it is only Bun', () => {
    expect(linksIn([byScript, plain, plain])).toEqual(['1 2']);
  });

  test('A program that was started directly, as by systemd, has none', () => {
    expect(linksIn([plain, plain])).toEqual([]);
  });

  test('A script that leaves the program behind is no runner', () => {
    const deploys = { npm_lifecycle_event: 'deploy', npm_lifecycle_script: 'sh deploy.sh' };
    const leaves = { npm_lifecycle_event: 'daemon', npm_lifecycle_script: 'nohup bun server/main.ts &' };
    expect(linksIn([deploys, deploys, plain])).toEqual([]);
    expect(linksIn([leaves, leaves, plain])).toEqual([]);
    expect(linksIn([byScript, deploys, plain])).toEqual(['1 2']);
  });

  test('Another tool of npx that started the program is no runner', () => {
    const tool = { ...byNpx, npm_lifecycle_script: "'deploy-tool'" };
    expect(linksIn([byScript, tool, plain])).toEqual(['1 2']);
  });
});
