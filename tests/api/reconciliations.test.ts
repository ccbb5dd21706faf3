import { describe, expect, test } from 'bun:test';
import { codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

const unknownId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';

const requestDay = async ({ operator }: Api, day: unknown) =>
  operator.post('/money/reconciliations', { day });

/** Two differences: a charge that only the provider has, and a charge that only we have. */
const createDifferences = ({ world }: Api) => {
  const amount = { amount: 5_000, currency: 'VND' };
  const id = () => world.ids.next(world.clock.nowMs());
  const atMs = Date.UTC(2026, 1, 28, 12);
  const theirs = {
    kind: 'charge_unknown',
    providerId: 'ch_1',
    chargeReference: 'pi_1',
    paymentId: 'unknown',
    theirs: amount,
  } as const;
  const ours = {
    kind: 'charge_missing',
    providerId: null,
    chargeReference: null,
    paymentId: unknownId,
    theirs: null,
  } as const;
  return [
    { id: id(), ...theirs, refundId: null, ours: null, atMs },
    { id: id(), ...ours, refundId: null, ours: amount, atMs },
  ];
};

const finish = async (api: Api, reconciliationId: string): Promise<void> => {
  const storedDifferences = createDifferences(api);
  const report = { charges: 7, refunds: 3, differences: storedDifferences.length, storedDifferences };
  await api.store.ledger.finishReconciliation(reconciliationId, report, api.world.clock.nowMs());
};

describe('POST /money/reconciliations', () => {
  test('POST /money/reconciliations returns 202 with the reconciliation and its path, and wakes the workers', async () => {
    const api = createTestApi();
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const reply = expectStatus(await requestDay(api, '2026-02-28'), 202);
    const id = textAt(reply, 'id');
    expect(reply.headers.get('location')).toBe(`/money/reconciliations/${id}`);
    expect(reply.body).toEqual({
      id,
      day: '2026-02-28',
      status: 'running',
      charges: null,
      refunds: null,
      differences: null,
      createdAt: '2026-03-01T08:00:00.000Z',
      finishedAt: null,
    });
    await Promise.resolve();
    expect(hints).toBeGreaterThan(0);
    const { items } = await pageOf(api.operator.get('/queue/tasks?pipeline=reconciliation'));
    expect(items).toMatchObject([
      { checkoutId: null, orderIds: [], jobId: id, step: 'reconcile_ledger', state: 'ready' },
    ]);
  });

  test('POST /money/reconciliations takes the day of the time zone of the shop', async () => {
    const api = createTestApi();
    api.world.setTimeZone('America/New_York');
    api.world.clock.set(Date.UTC(2026, 2, 9, 3, 59));
    expect(codeOf(await requestDay(api, '2026-03-09'))).toBe('422 validation_failed');
    const id = textAt(expectStatus(await requestDay(api, '2026-03-08'), 202), 'id');
    // On this day the clocks go forward, so it has 23 hours.
    expect((await api.store.ledger.findReconciliation(id))._unsafeUnwrap()).toMatchObject({
      dayMs: Date.UTC(2026, 2, 8, 5),
      endMs: Date.UTC(2026, 2, 9, 4),
    });
    api.world.setTimeZone('UTC');
    expect(textAt(await api.operator.get(`/money/reconciliations/${id}`), 'day')).toBe('2026-03-08');
  });

  test.each([['2020-01-01'], ['2024-02-29'], ['2026-03-01']])(
    'POST /money/reconciliations accepts the day %s',
    async (day) => {
      expect(textAt(expectStatus(await requestDay(createTestApi(), day), 202), 'day')).toBe(day);
    },
  );

  test.each([
    ['2019-12-31'],
    ['2026-03-02'],
    ['2025-02-29'],
    ['2026-02-30'],
    ['2026-2-3'],
    ['2026-02-28T00:00:00Z'],
    ['yesterday'],
    [''],
    [20_260_228],
    [undefined],
  ])('POST /money/reconciliations rejects the day %p', async (day) => {
    const reply = await requestDay(createTestApi(), day);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/day']);
  });
});

describe('GET /money/reconciliations', () => {
  test('GET /money/reconciliations pages newest first', async () => {
    const api = createTestApi();
    const days = ['2026-02-26', '2026-02-28', '2026-02-27'];
    for (const day of days) await requestDay(api, day);
    const shown = async (query: string) =>
      (await pageOf(api.operator.get(`/money/reconciliations${query}`))).items.map((item) =>
        valueAt(item, 'day'),
      );
    expect(await shown('')).toEqual(days.toReversed());
    const first = await pageOf(api.operator.get('/money/reconciliations?limit=2'));
    expect(await shown(`?limit=2&cursor=${first.next}`)).toEqual(['2026-02-26']);
  });

  test('A finished reconciliation shows its counts and its differences', async () => {
    const api = createTestApi();
    const path = (await requestDay(api, '2026-02-28')).headers.get('location') ?? '';
    expect(await pageOf(api.operator.get(`${path}/differences`))).toEqual({ items: [], next: null });
    api.world.advance(1_500);
    await finish(api, path.slice('/money/reconciliations/'.length));
    expect((await api.operator.get(path)).body).toMatchObject({
      status: 'finished',
      charges: 7,
      refunds: 3,
      differences: 2,
      finishedAt: '2026-03-01T08:00:01.500Z',
    });

    const first = await pageOf(api.operator.get(`${path}/differences?limit=1`));
    expect(first.items).toEqual([
      {
        id: expect.any(String),
        kind: 'charge_unknown',
        providerId: 'ch_1',
        paymentId: 'unknown',
        refundId: null,
        ours: null,
        theirs: { amount: 5_000, currency: 'VND' },
        at: '2026-02-28T12:00:00.000Z',
      },
    ]);
    const second = await pageOf(api.operator.get(`${path}/differences?limit=1&cursor=${first.next}`));
    expect(second.items).toMatchObject([{ kind: 'charge_missing', paymentId: unknownId, theirs: null }]);
    expect(second.next).toBeNull();
  });

  test('An unknown reconciliation is 404, and an invalid query is 422', async () => {
    const { operator } = createTestApi();
    for (const path of [
      `/money/reconciliations/${unknownId}`,
      `/money/reconciliations/${unknownId}/differences`,
      '/money/reconciliations/1',
    ])
      expect(codeOf(await operator.get(path))).toBe('404 not_found');
    expect(codeOf(await operator.get('/money/reconciliations?day=2026-02-28'))).toBe('422 validation_failed');
    const reply = await operator.get(`/money/reconciliations/${unknownId}/differences?cursor=x`);
    expect(pathsOf(reply)).toEqual(['/cursor']);
  });
});

test('Reconciliations need a permission', async () => {
  const lan = createTestApi().customer('lan');
  expect(codeOf(await lan.post('/money/reconciliations', { day: '2026-02-28' }))).toBe('403 forbidden');
  for (const path of [
    '/money/reconciliations',
    `/money/reconciliations/${unknownId}`,
    `/money/reconciliations/${unknownId}/differences`,
  ])
    expect(codeOf(await lan.get(path))).toBe('403 forbidden');
});
