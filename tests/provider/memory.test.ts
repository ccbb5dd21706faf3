import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { eventSuite } from './events.ts';
import { harnesses, type OpenHarness } from './harness.ts';
import { providerSuite } from './provider.ts';
import { recordStoreSuite } from './records.ts';

for (const [name, createHarness] of Object.entries(harnesses)) {
  const open: OpenHarness = async () => ({
    harness: createHarness(createMemoryRecords()),
    close: async () => {},
  });
  providerSuite(`${name}, memory`, open);
  eventSuite(`${name}, memory`, open);
}
recordStoreSuite('memory', async () => ({ open: createMemoryRecords, clear: async () => {} }), {
  isShared: false,
});
