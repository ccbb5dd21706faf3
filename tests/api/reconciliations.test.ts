import { describe, expect, test } from 'bun:test';
import { type Api, apiOver, codeOf, expectStatus, pageOf, pathsOf, textAt, valueAt } from './api.ts';

const none = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';

const ask = async ({ operator }: Api, day: unknown) => operator.post('/money/audits', { day });

/** What an audit found: the provider has a charge that we do not know, and lacks one of ours. */
const found = ({ world }: Api) => {
  const amount = { amount: 5_000, currency: 'VND' };
  const id = () => world.ids.next(world.clock.nowMs());
  const atMs = Date.UTC(2026, 1, 28, 12);
  const theirs = {
    kind: 'charge_unknown',
    providerId: 'ch_1',
    paymentId: 'not ours',
    theirs: amount,
  } as const;
  const ours = { kind: 'charge_missing', providerId: null, paymentId: none, theirs: null } as const;
  return [
    { id: id(), ...theirs, refundId: null, ours: null, atMs },
    { id: id(), ...ours, refundId: null, ours: amount, atMs },
  ];
};

const finish = async (api: Api, auditId: string): Promise<void> => {
  const kept = found(api);
  const report = { charges: 7, refunds: 3, differences: kept.length, kept };
  await api.store.ledger.finishReconciliation(auditId, report, api.world.clock.nowMs());
};

describe('POST /money/audits', () => {
  test('answers 202 with the audit and where it is, and tells the workers', async () => {
    const api = apiOver();
    let hints = 0;
    api.store.wakeup.listen(() => hints++);
    const reply = expectStatus(await ask(api, '2026-02-28'), 202);
    const id = textAt(reply, 'id');
    expect(reply.headers.get('location')).toBe(`/money/audits/${id}`);
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
    const { items } = await pageOf(api.operator.get('/queue/tasks?pipeline=money_audit'));
    expect(items).toMatchObject([{ orderId: null, jobId: id, step: 'compare_ledgers', state: 'ready' }]);
  });

  test.each([['2020-01-01'], ['2024-02-29'], ['2026-03-01']])('takes %s', async (day) => {
    expect(textAt(expectStatus(await ask(apiOver(), day), 202), 'day')).toBe(day);
  });

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
  ])('refuses %p', async (day) => {
    const reply = await ask(apiOver(), day);
    expect(codeOf(reply)).toBe('422 validation_failed');
    expect(pathsOf(reply)).toEqual(['/day']);
  });
});

describe('audits are shown', () => {
  test('newest first and page by page', async () => {
    const api = apiOver();
    const days = ['2026-02-26', '2026-02-28', '2026-02-27'];
    for (const day of days) await ask(api, day);
    const shown = async (query: string) =>
      (await pageOf(api.operator.get(`/money/audits${query}`))).items.map((item) => valueAt(item, 'day'));
    expect(await shown('')).toEqual(days.toReversed());
    const first = await pageOf(api.operator.get('/money/audits?limit=2'));
    expect(await shown(`?limit=2&cursor=${first.next}`)).toEqual(['2026-02-26']);
  });

  test('with their numbers, and how the books differ', async () => {
    const api = apiOver();
    const path = (await ask(api, '2026-02-28')).headers.get('location') ?? '';
    expect(await pageOf(api.operator.get(`${path}/differences`))).toEqual({ items: [], next: null });
    api.world.advance(1_500);
    await finish(api, path.slice('/money/audits/'.length));
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
        paymentId: 'not ours',
        refundId: null,
        ours: null,
        theirs: { amount: 5_000, currency: 'VND' },
        at: '2026-02-28T12:00:00.000Z',
      },
    ]);
    const second = await pageOf(api.operator.get(`${path}/differences?limit=1&cursor=${first.next}`));
    expect(second.items).toMatchObject([{ kind: 'charge_missing', paymentId: none, theirs: null }]);
    expect(second.next).toBeNull();
  });

  test('not where there is none, nor for what is no query of theirs', async () => {
    const { operator } = apiOver();
    for (const path of [`/money/audits/${none}`, `/money/audits/${none}/differences`, '/money/audits/1'])
      expect(codeOf(await operator.get(path))).toBe('404 not_found');
    expect(codeOf(await operator.get('/money/audits?day=2026-02-28'))).toBe('422 validation_failed');
    const reply = await operator.get(`/money/audits/${none}/differences?cursor=x`);
    expect(pathsOf(reply)).toEqual(['/cursor']);
  });
});

test('audits are an operator’s', async () => {
  const lan = apiOver().customer('lan');
  expect(codeOf(await lan.post('/money/audits', { day: '2026-02-28' }))).toBe('403 forbidden');
  for (const path of ['/money/audits', `/money/audits/${none}`, `/money/audits/${none}/differences`])
    expect(codeOf(await lan.get(path))).toBe('403 forbidden');
});
