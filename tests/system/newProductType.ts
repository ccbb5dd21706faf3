/**
 * Proves that a new product type is one file and its line. It adds one to a copy of the tree, and runs the tests there:
 * the API, its document, the settings, the demo products and the contracts of the stores must take it as it is.
 *
 *   bun tests/system/newProductType.ts
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

const top = join(import.meta.dirname, '../..');
const tree = mkdtempSync(join(tmpdir(), 'cartwright-type-'));

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: top,
});
for (const name of listed.toString().split('\0').filter(Boolean)) {
  mkdirSync(dirname(join(tree, name)), { recursive: true });
  cpSync(join(top, name), join(tree, name), { force: true });
}
symlinkSync(join(top, 'node_modules'), join(tree, 'node_modules'));

const file = `import type { Pipeline } from './pipeline.ts';

/** Memberships: nothing is shipped. */
export const membershipPipeline: Pipeline = {
  name: 'membership',
  next: { vi: 'Bạn đã là thành viên.', en: 'You are a member now.' },
  steps: [
    { name: 'invoice', historyState: 'invoiced', kind: 'tx', effect: 'issue_invoice' },
    {
      name: 'notify_customer',
      historyState: 'customer_notified',
      isNotice: true,
      kind: 'external',
      service: 'notify_customer',
    },
  ],
};
`;
writeFileSync(join(tree, 'core/pipelines/membership.ts'), file);
appendFileSync(
  join(tree, 'core/pipelines/products.ts'),
  "export { membershipPipeline } from './membership.ts';\n",
);

const use = `
import { createTestApi } from '${tree}/tests/api/testApi.ts';
const api = createTestApi();
const productId = await api.product({ type: 'membership' });
const lan = api.customer('lan');
const checkout = await lan.checkOut([await lan.order(productId)]);
const document = JSON.stringify((await api.call('GET', '/docs/json')).body);
if (checkout.status !== 202 || !document.includes('membership')) throw new Error('the new type is not served');
`;

const steps = [
  ['bunx', 'tsc', '-p', 'core'],
  ['bunx', 'tsc', '-p', '.'],
  ['bun', '-e', use],
  [
    'bun',
    'test',
    '--timeout=60000',
    'tests/core/',
    'tests/api/',
    'tests/server/',
    'tests/demo/',
    'tests/worker/',
    'tests/contracts/',
    'tests/structure.test.ts',
  ],
];
const env = { ...process.env, WITHOUT_POSTGRES: '1' };
const failed = steps.find(
  ([program = '', ...rest]) => spawnSync(program, rest, { cwd: tree, env, stdio: 'inherit' }).status !== 0,
);
rmSync(tree, { recursive: true, force: true });
console.log(
  failed === undefined ? 'a new product type is one file and its line' : `failed: ${failed.join(' ')}`,
);
process.exit(failed === undefined ? 0 : 1);
