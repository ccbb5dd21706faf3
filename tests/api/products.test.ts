import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { createTestApi, productDraft } from './testApi.ts';

describe('POST /products', () => {
  test('POST /products adds a product and updates it by its code', async () => {
    const { operator, call, world } = createTestApi();
    const draft = productDraft(world);
    const added = expectStatus(await operator.post('/products', draft), 200);
    expect(added.body).toEqual({ created: 1, updated: 0 });
    const changed = await operator.post('/products', { ...draft, name: 'Áo khoác', stock: null });
    expect(changed.body).toEqual({ created: 0, updated: 1 });
    const { items } = await pageOf(call('GET', '/products'));
    const shown = { ...draft, name: 'Áo khoác', stock: null, imageUrl: null, archived: false };
    expect(items).toEqual([{ id: expect.any(String), ...shown }]);
  });

  test('POST /products accepts 1 to 1,000 products', async () => {
    const { operator, world } = createTestApi();
    const drafts = Array.from({ length: 1_001 }, () => productDraft(world));
    expect((await operator.post('/products', drafts.slice(1))).body).toEqual({ created: 1_000, updated: 0 });
    const reply = await operator.post('/products', drafts);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(codeOf(await operator.post('/products', []))).toBe('422 validation_failed');
  });

  test('POST /products needs a permission', async () => {
    const { customer, world } = createTestApi();
    expect(codeOf(await customer('lan').post('/products', productDraft(world)))).toBe('403 forbidden');
  });

  test.each([
    ['a blank name', { name: '   ' }, '/name'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, '/name'],
    ['a name with a NUL', { name: 'a\0b' }, '/name'],
    ['a name with a line break', { name: 'a\nb' }, '/name'],
    ['a name with a lone surrogate', { name: 'a\ud83d' }, '/name'],
    ['a name that is a number', { name: 1 }, '/name'],
    ['a code of 65 characters', { code: 'x'.repeat(65) }, '/code'],
    ['an empty code', { code: '' }, '/code'],
    ['a type without a pipeline', { type: 'magic' }, '/type'],
    ['a type that every JavaScript object has', { type: 'toString' }, '/type'],
    ['a price below zero', { price: { amount: -1, currency: 'VND' } }, '/price/amount'],
    ['a price with a fraction', { price: { amount: 1.5, currency: 'VND' } }, '/price/amount'],
    ['a price as text', { price: { amount: '1', currency: 'VND' } }, '/price/amount'],
    ['a price that is too high', { price: { amount: 1e12 + 1, currency: 'VND' } }, '/price/amount'],
    ['an unknown currency', { price: { amount: 1, currency: 'ABC' } }, '/price/currency'],
    ['a withdrawn currency', { price: { amount: 1, currency: 'DEM' } }, '/price/currency'],
    ['the code for tests', { price: { amount: 1, currency: 'XTS' } }, '/price/currency'],
    ['a metal', { price: { amount: 1, currency: 'XAU' } }, '/price/currency'],
    ['a currency in lower case', { price: { amount: 1, currency: 'vnd' } }, '/price/currency'],
    ['an unknown field in the price', { price: { amount: 1, currency: 'VND', tax: 1 } }, '/price/tax'],
    ['a stock below zero', { stock: -1 }, '/stock'],
    ['a stock with a fraction', { stock: 0.5 }, '/stock'],
    ['no stock', { stock: undefined }, '/stock'],
    ['an unknown field', { colour: 'red' }, '/colour'],
  ])('POST /products rejects a product with %s', async (_, change, path) => {
    const { operator, world } = createTestApi();
    const one = await operator.post('/products', { ...productDraft(world), ...change });
    expect(codeOf(one)).toBe('422 validation_failed');
    expect(pathsOf(one)).toEqual([path]);
    const many = await operator.post('/products', [
      productDraft(world),
      { ...productDraft(world), ...change },
    ]);
    expect(pathsOf(many)).toEqual([`/1${path}`]);
  });

  test('POST /products without stock leaves the units of a known product alone', async () => {
    const { operator, customer, call, world } = createTestApi();
    const { stock: _, ...draft } = productDraft(world);
    expectStatus(await operator.post('/products', { ...draft, stock: 5 }), 200);
    const [added] = (await pageOf(call('GET', '/products'))).items;
    const id = textAt({ body: added }, 'id');
    const lan = customer('lan');
    expectStatus(await lan.checkOut([await lan.order(id, 4)]), 202);
    const repriced = { ...draft, price: { amount: 5, currency: 'VND' } };
    expect((await operator.post('/products', repriced)).body).toEqual({ created: 0, updated: 1 });
    expect((await call('GET', `/products/${id}`)).body).toMatchObject({ ...repriced, stock: 1 });
    const again = await lan.checkOut([await lan.order(id, 4)]);
    expect(codeOf(again)).toBe('409 out_of_stock');
  });

  test('POST /products rejects the field __proto__', async () => {
    const { operator, world } = createTestApi();
    const body = JSON.stringify(productDraft(world)).replace('{', '{"__proto__":{"stock":1},');
    expect(pathsOf(await operator.post('/products', body))).toEqual(['/__proto__']);
  });

  test.each([
    ['the longest name and code', { name: '😀'.repeat(200), code: 'ộ'.repeat(64) }],
    ['a price of 0 and a stock of 0', { price: { amount: 0, currency: 'USD' }, stock: 0 }],
    ['a currency with four decimals', { price: { amount: 123_456, currency: 'CLF' } }],
    ['the highest price and no limit of stock', { price: { amount: 1e12, currency: 'JPY' }, stock: null }],
    ['another type', { type: 'digital' }],
  ])('POST /products accepts a product with %s', async (_, change) => {
    const { operator, world } = createTestApi();
    expectStatus(await operator.post('/products', { ...productDraft(world), ...change }), 200);
  });

  test.each([['null'], ['1'], ['"x"'], ['[1]'], ['{}']])(
    'POST /products rejects the body %s',
    async (body) => {
      const { operator } = createTestApi();
      expect(codeOf(await operator.post('/products', body))).toBe('422 validation_failed');
    },
  );
});

describe('GET /products', () => {
  test('GET /products sends nothing again that the client has, until a product changes', async () => {
    const { call, operator, product } = createTestApi();
    const productId = await product({ stock: 5 });
    const path = '/products?limit=10';
    const first = expectStatus(await call('GET', path), 200);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{27}"$/);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect(first.headers.get('content-type')).toBe('application/json');
    const held = { headers: { 'if-none-match': `W/${tag}` } };
    const again = await call('GET', path, held);
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', tag]);

    expectStatus(
      await operator.send('PATCH', `/products/${productId}`, { body: { stock: { add: 1 } } }),
      200,
    );
    const changed = expectStatus(await call('GET', path, held), 200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  test('GET /products of archived products is kept by nobody', async () => {
    const { operator } = createTestApi();
    const reply = expectStatus(await operator.get('/products?archived=true'), 200);
    expect([reply.headers.get('cache-control'), reply.headers.get('etag')]).toEqual(['no-store', null]);
  });

  test('GET /products pages newest first and repeats nothing while products are added', async () => {
    const { call, product } = createTestApi();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift(await product());
    const first = await pageOf(call('GET', '/products?limit=2'));
    await product();
    const second = await pageOf(call('GET', `/products?limit=2&cursor=${first.next}`));
    const third = await pageOf(call('GET', `/products?limit=2&cursor=${second.next}`));
    const seen = [first, second, third].flatMap(({ items }) => items.map((item) => valueAt(item, 'id')));
    expect(seen).toEqual(ids);
    expect(third.next).toBeNull();
  });

  test('GET /products finds products by words and by type, exact accents first', async () => {
    const { call, product } = createTestApi();
    const beef = await product({ name: 'Thịt bò khô' });
    const cloth = await product({ name: 'Vải bố', type: 'service' });
    const found = async (query: string) =>
      (await pageOf(call('GET', `/products?${query}`))).items.map((item) => valueAt(item, 'id'));
    expect(await found(`q=${encodeURIComponent('bò')}`)).toEqual([beef, cloth]);
    expect(await found('q=bo&type=service')).toEqual([cloth]);
    expect(await found('q=nothing')).toEqual([]);
    expect(await found('q=')).toEqual([cloth, beef]);
    expect(await found('q=vai+bo')).toEqual([cloth]);
    const first = await pageOf(call('GET', '/products?q=bo&limit=1'));
    expect(await found(`q=bo&limit=1&cursor=${first.next}`)).toHaveLength(1);
  });

  test.each([
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=1.5', '/limit'],
    ['limit=', '/limit'],
    ['limit=1e1', '/limit'],
    ['type=magic', '/type'],
    ['colour=red', '/colour'],
    ['limit=1&limit=2', '/limit'],
    ['q=a&q=b', '/q'],
    ['__proto__=1', '/__proto__'],
    ['cursor=', '/cursor'],
    ['cursor=!', '/cursor'],
    [`cursor=${Buffer.from('nonsense').toString('base64url')}`, '/cursor'],
    [`cursor=${Buffer.from('{"tier":0,"id":"1"}').toString('base64url')}`, '/cursor'],
    [`cursor=${Buffer.from('"019ca869-5000-71fe-bd5a-46dd9755d1f8"').toString('base64url')}`, '/cursor'],
    [`cursor=${'A'.repeat(2_000)}`, '/cursor'],
    [`q=${'x'.repeat(201)}`, '/q'],
    [`q=${'x'.repeat(10_000)}`, '/q'],
  ])('GET /products rejects the query %s', async (query, path) => {
    const reply = await createTestApi().call('GET', `/products?${query}`);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test.each([
    ['%00'],
    ['%'],
    ['%ED%A0%80'],
    ['%22'],
    ["'; DROP TABLE products; --"],
    ['AND OR NOT NEAR(a b)'],
    ['&|!():*<->'.replace('&', '%26')],
    [encodeURIComponent('😀'.repeat(200))],
  ])('GET /products accepts the search text %s', async (q) => {
    await pageOf(createTestApi().call('GET', `/products?q=${q}`));
  });
});

describe('GET /products/{id}', () => {
  test('GET /products/{id} returns a product, accepts its id in either case, and returns 404 for any other id', async () => {
    const { call, product, world } = createTestApi();
    const id = await product();
    expect(textAt(expectStatus(await call('GET', `/products/${id}`), 200), 'id')).toBe(id);
    expect(textAt(await call('GET', `/products/${id.toUpperCase()}`), 'id')).toBe(id);
    for (const missing of [
      world.ids.next(world.clock.nowMs()),
      'x',
      '%00',
      '%E0%A4%A',
      `${id}%20`,
      'urn:uuid:x',
    ])
      expect(codeOf(await call('GET', `/products/${missing}`))).toBe('404 not_found');
  });
});
