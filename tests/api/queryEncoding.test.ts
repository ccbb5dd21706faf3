import { describe, expect, test } from 'bun:test';
import { createCheck } from '../../api/http/check.ts';
import { readQuery } from '../../api/http/query.ts';
import { strictObject } from '../../api/http/schemas.ts';
import { codeOf, pageOf, pathsOf } from './reply.ts';
import { createTestApi } from './testApi.ts';

/** A lone surrogate, half a letter, a continuation without a start, and a byte that UTF-8 never has. */
const notUtf8 = ['%ED%A0%80', '%E1%BB', '%80', '%FF'] as const;

const filters = [
  ['/queue/tasks', 'error'],
  ['/demo/mails', 'to'],
  ['/activity', 'actor'],
  ['/activity', 'target'],
  ['/orders', 'customerId'],
  ['/orders', 'number'],
] as const;

describe('The encoding of a query', () => {
  test.each(filters)('GET %s refuses a filter %s that is not UTF-8', async (path, name) => {
    const { operator } = createTestApi();
    for (const bytes of notUtf8) {
      const reply = await operator.get(`${path}?limit=1&&${name}=a${bytes}b`);
      expect(codeOf(reply)).toBe('422 validation_failed');
      expect(pathsOf(reply)).toEqual([`/${name}`]);
    }
  });

  test('A name that is not UTF-8 is refused', async () => {
    expect(codeOf(await createTestApi().operator.get('/queue/tasks?%FF=1'))).toBe('422 validation_failed');
  });

  test('A filter takes U+FFFD itself, and a percent sign that is no escape', async () => {
    const { operator } = createTestApi();
    for (const error of ['%EF%BF%BD', '100%', '%EF%BF%BD 100%', '%zz%EF%BF%BD'])
      await pageOf(operator.get(`/queue/tasks?error=${error}`));
  });

  test('A query with a hundred thousand parameters of U+FFFD takes no long time', () => {
    const parameters = Array.from({ length: 100_000 }, (_, index) => `p${index}=%EF%BF%BD`);
    const check = createCheck(strictObject({}));
    expect(readQuery(`http://localhost/orders?${parameters.join('&')}`, check).isErr()).toBe(true);
  });

  test('A search takes any bytes', async () => {
    const { operator } = createTestApi();
    for (const bytes of notUtf8) {
      await pageOf(operator.get(`/orders?q=a${bytes}b`));
      await pageOf(operator.get(`/products?q=a${bytes}b`));
    }
  });
});
