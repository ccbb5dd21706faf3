import { describe, expect, test } from 'bun:test';
import { err, ok } from 'neverthrow';
import type { JobLease } from '../../core/queue.ts';
import { createRunJob, type JobPorts } from '../../core/usecases/runJob.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { createTestWorld } from '../world.ts';
import { createJobPorts } from './jobPorts.ts';

const world = createTestWorld();
const store = createMemoryStore(world);
const fixture = createFixture(store, world);

const createTestJob = (changes: Partial<JobPorts> = {}) =>
  createRunJob(
    { ...createJobPorts(store, world), mailer: store.mailbox, ...changes },
    { mailDomain: 'shop.test' },
  );

const outage = { kind: 'unavailable', reason: 'no connection' } as const;

describe('Reconciliation jobs', () => {
  const claimReconciliationJob = async (): Promise<JobLease> => {
    const ids = { id: fixture.newId(), taskId: fixture.newId() };
    const day = { day: '1970-01-01', dayMs: 0, endMs: 86_400_000 };
    await unwrap(store.ledger.requestReconciliation({ ...ids, ...day }, fixture.now()));
    return defined((await fixture.claimJobs('reconciliation'))[0]);
  };

  test.each<[string, Partial<JobPorts>]>([
    ['ledger', { reconcileLedger: async () => err(outage) }],
    ['disputes', { followOpenDisputes: async () => err(outage) }],
  ])(
    "A reconciliation waits without a last attempt while the provider's %s cannot be read",
    async (_, down) => {
      const lease = { ...(await claimReconciliationJob()), attempts: 99 };
      expect((await createTestJob(down)(lease))?.outcome).toMatchObject({
        kind: 'retry',
        error: 'no connection',
      });
    },
  );

  test('A reconciliation that has waited for long does not fail for one answer of the database', async () => {
    const lease = { ...(await claimReconciliationJob()), attempts: 99 };
    const ledger = { ...store.ledger, findReconciliation: async () => err(outage) };
    expect((await createTestJob({ ledger })(lease))?.outcome.kind).toBe('retry');
  });

  test('A reconciliation job stores its report once', async () => {
    const lease = await claimReconciliationJob();
    expect((await createTestJob()(lease))?.outcome).toEqual({ kind: 'done' });
    const again = createTestJob({
      reconcileLedger: async () => ok({ charges: 9, refunds: 9, differences: 9, storedDifferences: [] }),
    });
    expect((await again(lease))?.outcome).toEqual({ kind: 'done' });
    const reconciliation = defined(await unwrap(store.ledger.findReconciliation(lease.jobId)));
    expect(reconciliation).toMatchObject({
      charges: 2,
      refunds: 1,
      differences: 0,
      finishedAtMs: fixture.now(),
    });
  });
});
