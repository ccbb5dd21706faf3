import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { YAML } from 'bun';
import { areToolsAvailable, runTool } from './tools.ts';

const folder = fileURLToPath(new URL('../../.github/workflows', import.meta.url));
const files = readdirSync(folder);
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** A file by itself: actionlint then takes what it calls as it is. */
const lint = (text: string) => runTool('actionlint', ['-no-color', '-'], { input: text });

describe.skipIf(!areToolsAvailable())('The workflows', () => {
  test('They are valid, and call each other with what each takes', () => {
    const { code, output } = runTool(
      'actionlint',
      ['-no-color', ...files.map((file) => join(folder, file))],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      },
    );
    expect([code, output]).toEqual([0, '']);
  });

  test.each([
    ['deploy.yaml', 'needs: check', 'needs: chek'],
    ['deploy.yaml', 'steps.shop.outputs.digest', 'steps.shopp.outputs.digest'],
    ['deploy.yaml', 'runs-on: ubuntu-24.04', 'run-on: ubuntu-24.04'],
    ['rollOut.yaml', 'inputs.overlay', 'inputs.overlays'],
    ['rollOut.yaml', 'workflow_call:', 'workflow_calls:'],
    ['check.yaml', 'contents: read', 'contents: reed'],
  ])('In %s, “%s” that became “%s” is found', (file, from, to) => {
    expect(textOf(file)).toContain(from);
    expect(lint(textOf(file).replace(from, to)).code).not.toBe(0);
  });
});

describe('The supply of the workflows', () => {
  test('Each action is named by the hash of its commit, with its version beside it', () => {
    const uses = files.flatMap((file) =>
      [...textOf(file).matchAll(/uses: (\S+)(.*)$/gm)].map(([, action = '', rest = '']) => ({
        action,
        rest,
      })),
    );
    const others = uses.filter(
      ({ action, rest }) =>
        !action.startsWith('./') && !(/@[0-9a-f]{40}$/.test(action) && /^ # v\d/.test(rest)),
    );
    expect([uses.length > 8, others]).toEqual([true, []]);
  });

  test('No workflow has more rights than its jobs name', () => {
    for (const file of files) {
      const workflow = Object(YAML.parse(textOf(file)));
      expect([file, workflow.permissions]).toEqual([file, {}]);
      for (const job of Object.values(Object(workflow.jobs)))
        expect([file, Object(job).permissions]).toEqual([
          file,
          expect.objectContaining({ contents: 'read' }),
        ]);
    }
  });

  test('Two roll-outs to one place come one after the other, also from a branch and a tag', () => {
    const rollOut = Object(YAML.parse(textOf('rollOut.yaml'))).jobs['roll-out'];
    expect(rollOut.concurrency).toEqual({
      group: `roll-out-\${{ inputs.overlay }}`,
      'cancel-in-progress': false,
    });
  });

  test('No script has text of an event in it, which would run as a command', () => {
    for (const file of files)
      for (const [, script = ''] of textOf(file).matchAll(/run: (?:\|\n((?: {10}.*\n)+)|.*)/g))
        expect([file, script.includes('${{')]).toEqual([file, false]);
  });
});
