import { expect, test } from 'bun:test';
import { databases } from '../processes/databases.ts';
import { runWebhooks } from '../webhooks/run.ts';

test.each(databases.map(([name, create]) => ({ name, create })))(
  'A receiver that refuses half of the requests hears 500 events in order, while workers are killed, on $name',
  async ({ create }) => {
    const database = await create();
    const report = await runWebhooks(database.url, 500);
    expect(report).toMatchObject({ missing: 0, unknown: 0, disordered: 0, unverified: 0 });
    expect(report.owed).toBeGreaterThanOrEqual(500);
    expect(report.kills).toBeGreaterThan(1);
    expect(report.refused).toBeGreaterThan(report.requests / 4);
    await database.drop();
  },
);
