import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, pathsOf, valueAt } from './reply.ts';
import { createTestApi, productDraft } from './testApi.ts';

const patch = (api: ReturnType<typeof createTestApi>, id: string, body: unknown) =>
  api.operator.send('PATCH', `/products/${id}`, { body });

describe('The codes and names of products', () => {
  test.each([
    ['a blank at its end', 'X '],
    ['a byte order mark', '\ufeffX'],
    ['a no-break space', 'X\u00a0'],
    ['a zero width space', 'X\u200b'],
    ['a line break at its end', 'X\n'],
  ])('A code with %s is the code without it', async (_, code) => {
    const { operator, call, world } = createTestApi();
    const draft = { ...productDraft(world), code: 'X' };
    expectStatus(await operator.post('/products', { ...draft, code }), 200);
    expect((await operator.post('/products', draft)).body).toEqual({ created: 0, updated: 1 });
    const { items } = await pageOf(call('GET', `/products?q=${encodeURIComponent(code)}`));
    expect(items).toMatchObject([{ code: 'X' }]);
  });

  test('A code is one code in NFC and NFD, and its case matters', async () => {
    const { operator, world } = createTestApi();
    const draft = productDraft(world);
    const add = async (code: string) => (await operator.post('/products', { ...draft, code })).body;
    expect(await add('ÁO'.normalize('NFD'))).toEqual({ created: 1, updated: 0 });
    expect(await add('ÁO'.normalize('NFC'))).toEqual({ created: 0, updated: 1 });
    expect(await add('áo')).toEqual({ created: 1, updated: 0 });
  });

  test.each([
    ['code', 'a zero width space', '\u200b'],
    ['code', 'blanks', ' \u00a0\u2003'],
    ['code', 'a control character inside', 'X\u0007Y'],
    ['code', 'a lone surrogate', 'X\ud83d'],
    ['name', 'a zero width space', '\u200b'],
    ['name', 'joiners', '\u200b\u200d\u2060'],
    ['name', 'a Hangul filler', '\u3164'],
    ['name', 'a blank Braille pattern', '\u2800'],
    ['name', 'a right-to-left override', '\u202e'],
    ['name', 'a mark without a letter', '\u0301'],
  ])('A %s of %s is refused', async (field, _, text) => {
    const api = createTestApi();
    const reply = await api.operator.post('/products', { ...productDraft(api.world), [field]: text });
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([`/${field}`]);
    if (field === 'name')
      expect(pathsOf(await patch(api, await api.product(), { name: text }))).toEqual(['/name']);
  });

  test('A name keeps the characters that join others, and loses those that turn text around', async () => {
    const api = createTestApi();
    const name = '👩‍👩‍👧 می‌خواهم ☎️';
    const id = await api.product({ name: `\u202e${name}\u202c` });
    expect((await api.call('GET', `/products/${id}`)).body).toMatchObject({ name });
    expect((await patch(api, id, { name: `${name}\u2066!` })).body).toMatchObject({ name: `${name}!` });
  });

  test('One code twice in a batch is refused with both positions, and nothing is written', async () => {
    const { operator, call, world } = createTestApi();
    const [one, two, three] = [productDraft(world), productDraft(world), productDraft(world)];
    const again = { ...two, code: `\ufeff${two.code} `, name: 'Other' };
    const reply = await operator.post('/products', [one, two, three, again]);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(reply.body).toMatchObject({
      errors: [
        { path: '/1/code', message: 'The same code as /3/code' },
        { path: '/3/code', message: 'The same code as /1/code' },
      ],
    });
    expect((await pageOf(call('GET', '/products'))).items).toEqual([]);
  });

  test('A batch of one code a thousand times is refused with 20 entries', async () => {
    const { operator, world } = createTestApi();
    const reply = await operator.post('/products', Array(1_000).fill(productDraft(world)));
    expect(reply.body).toMatchObject({ errors: { length: 20 } });
  });
});

describe('The stock and the picture of an upsert', () => {
  test('An upsert without a stock changes a known product, and is refused for each new one', async () => {
    const { operator, call, product, world } = createTestApi();
    const id = await product({ code: 'known', stock: 3 });
    const { stock: _, ...draft } = productDraft(world);
    expectStatus(await operator.post('/products', { ...draft, code: 'known', name: 'Áo mới' }), 200);
    expect((await call('GET', `/products/${id}`)).body).toMatchObject({ name: 'Áo mới', stock: 3 });

    const { stock: __, ...other } = productDraft(world);
    const reply = await operator.post('/products', [draft, { ...draft, code: 'known' }, other]);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/0/stock', '/2/stock']);
    expect(pathsOf(await operator.post('/products', draft))).toEqual(['/stock']);
    expect((await pageOf(call('GET', '/products'))).items).toHaveLength(1);
  });

  test.each([
    ['https://example.com/a.jpg', 'https://example.com/a.jpg'],
    ['http://localhost:8080/a?b=c#d', 'http://localhost:8080/a?b=c#d'],
    ['HTTPS://Example.com', 'https://example.com/'],
    [`http://a?${'0'.repeat(2_038)}`, `http://a/?${'0'.repeat(2_038)}`],
    ['https://example.com/áo"<.jpg', 'https://example.com/%C3%A1o%22%3C.jpg'],
    ['http://example.com?%', 'http://example.com/?%25'],
    [
      'http://[::1]/a[1]|^?{b}[]%zz%2f`#c#d[\\',
      'http://[::1]/a%5B1%5D%7C%5E?%7Bb%7D%5B%5D%25zz%2f%60#c%23d%5B%5C',
    ],
    ['http://a{b}/', 'http://a%7Bb%7D/'],
    ['/images/tea.svg', '/images/tea.svg'],
    [null, null],
  ])('The picture %p is stored as %p', async (imageUrl, stored) => {
    const api = createTestApi();
    const id = await api.product({ imageUrl });
    expect((await api.call('GET', `/products/${id}`)).body).toMatchObject({ imageUrl: stored });
    await patch(api, id, { imageUrl: 'https://example.com/other.jpg' });
    expect((await patch(api, id, { imageUrl })).body).toMatchObject({ imageUrl: stored });
  });

  test.each([
    [''],
    ['a.jpg'],
    ['//example.com/a.jpg'],
    ['/images/'],
    ['/images/../a.jpg'],
    ['/images/a/b.jpg'],
    ['/images/a.jpg?b'],
    ['/images/.a'],
    ['/other/a.jpg'],
    ['/images//example.com'],
    ['ftp://example.com/a.jpg'],
    ['javascript:alert(1)'],
    ['data:image/png;base64,AA=='],
    ['https://'],
    ['https://exa mple.com'],
    ['https://example.com/a\nb'],
    [` https://example.com`],
    [`https://example.com/${'x'.repeat(2_048)}`],
    [1],
  ])('The picture %p is refused', async (imageUrl) => {
    const { operator, world } = createTestApi();
    expect(pathsOf(await operator.post('/products', { ...productDraft(world), imageUrl }))).toEqual([
      '/imageUrl',
    ]);
  });
});

describe('PATCH /products/{id}', () => {
  test('PATCH /products/{id} changes the given fields and returns the product', async () => {
    const api = createTestApi();
    const id = await api.product({ stock: 5 });
    const before = (await api.call('GET', `/products/${id}`)).body as object;
    const changes = { name: 'Khoá học', type: 'service', price: { amount: 3, currency: 'USD' } };
    expect((await patch(api, id, changes)).body).toEqual({ ...before, ...changes });
    expect((await patch(api, id.toUpperCase(), { stock: { add: -5 } })).body).toMatchObject({ stock: 0 });
    expect((await patch(api, id, { stock: { set: null, was: 0 } })).body).toMatchObject({ stock: null });
    expect((await patch(api, id, { stock: { set: 7, was: null } })).body).toMatchObject({ stock: 7 });
    expect((await api.call('GET', `/products/${id}`)).body).toEqual({ ...before, ...changes, stock: 7 });
  });

  test('A stock that is another one, or would go below zero, is 409 with the stock that is', async () => {
    const api = createTestApi();
    const [limited, unlimited] = [await api.product({ stock: 5 }), await api.product({ stock: null })];
    for (const [id, stock, change] of [
      [limited, 5, { add: -6 }],
      [limited, 5, { set: 1, was: 4 }],
      [unlimited, null, { add: 1 }],
    ] as const) {
      const reply = await patch(api, id, { name: 'Other', stock: change });
      expect(codeOf(reply)).toBe('409 stock_changed');
      expect(reply.body).toMatchObject({ stock });
    }
    expect((await api.call('GET', `/products/${limited}`)).body).not.toMatchObject({ name: 'Other' });
    expect(pathsOf(await patch(api, limited, { stock: { add: 1_000_000_000 } }))).toEqual(['/stock']);
  });

  test.each([
    [{}, ''],
    [{ colour: 'red' }, '/colour'],
    [{ code: 'other' }, '/code'],
    [{ name: '' }, '/name'],
    [{ type: 'magic' }, '/type'],
    [{ price: { amount: 1 } }, '/price/currency'],
    [{ archived: 'true' }, '/archived'],
    [{ archived: null }, '/archived'],
    [{ imageUrl: 'x' }, '/imageUrl'],
    [{ stock: 5 }, '/stock'],
    [{ stock: null }, '/stock'],
    [{ stock: { add: 0.5 } }, '/stock'],
    [{ stock: { add: null } }, '/stock'],
    [{ stock: { set: 5 } }, '/stock'],
    [{ stock: { set: -1, was: 0 } }, '/stock'],
    [{ stock: { add: 1, set: 5, was: 4 } }, '/stock'],
  ])('PATCH /products/{id} rejects the body %j', async (body, path) => {
    const api = createTestApi();
    const reply = await patch(api, await api.product(), body);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual([path]);
  });

  test('PATCH /products/{id} needs a permission, and is 404 for an unknown product', async () => {
    const api = createTestApi();
    const id = await api.product();
    const refused = await api.customer('lan').send('PATCH', `/products/${id}`, { body: { archived: true } });
    expect(codeOf(refused)).toBe('403 forbidden');
    const unknown = api.world.ids.next(api.world.clock.nowMs());
    for (const one of [unknown, 'x'])
      expect(codeOf(await patch(api, one, { archived: true }))).toBe('404 not_found');
  });
});

describe('Archived products', () => {
  test('An archived product is in no list, and is found by its id and by operators', async () => {
    const api = createTestApi();
    const [kept, gone] = [await api.product({ name: 'Áo' }), await api.product({ name: 'Áo' })];
    expect((await patch(api, gone, { archived: true })).body).toMatchObject({ id: gone, archived: true });
    const idsOf = async (pending: ReturnType<typeof api.call>) =>
      (await pageOf(pending)).items.map((item) => valueAt(item, 'id'));
    for (const query of ['', '?q=ao', '?type=physical', '?archived=false', '?archived=false&q=ao'])
      expect(await idsOf(api.call('GET', `/products${query}`))).toEqual([kept]);
    for (const query of ['?archived=true', '?archived=true&q=ao', '?archived=true&type=physical'])
      expect(await idsOf(api.operator.get(`/products${query}`))).toEqual([gone]);
    expect((await api.call('GET', `/products/${gone}`)).body).toMatchObject({ id: gone, archived: true });
    expectStatus(await patch(api, gone, { archived: false }), 200);
    expect(await idsOf(api.call('GET', '/products?q=ao'))).toEqual([gone, kept]);
  });

  test('Only an operator may list archived products', async () => {
    const { call, customer } = createTestApi();
    expect(codeOf(await customer('lan').get('/products?archived=true'))).toBe('403 forbidden');
    expect(codeOf(await call('GET', '/products?archived=true'))).toBe('401 unauthenticated');
    for (const value of ['1', 'yes', 'TRUE', ''])
      expect(pathsOf(await call('GET', `/products?archived=${value}`))).toEqual(['/archived']);
  });

  test('An order of an archived product is 404 and names it, and a pending order can be paid', async () => {
    const api = createTestApi();
    const lan = api.customer('lan');
    const id = await api.product();
    const pending = await lan.order(id);
    await patch(api, id, { archived: true });
    const reply = await lan.post('/orders', { productId: id, quantity: 1 });
    expect(codeOf(reply)).toBe('404 not_found');
    expect(reply.body).toMatchObject({ productId: id });
    expectStatus(await lan.checkOut([pending]), 202);
  });
});
