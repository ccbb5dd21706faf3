import { createMemoryRecords } from '../../adapters/sandbox/memoryRecords.ts';
import { eventSuite } from './events.ts';
import { directGround, type Ground, stripeGround } from './harness.ts';
import { providerSuite } from './provider.ts';
import { bookSuite } from './records.ts';

const opened = (ground: Ground) => async () => ({ ground, close: async () => {} });
const grounds = { simulator: directGround, stripe: stripeGround };

for (const [name, groundOf] of Object.entries(grounds)) {
  const open = () => opened(groundOf(createMemoryRecords()))();
  providerSuite(`${name}, memory`, open);
  eventSuite(`${name}, memory`, open);
}
bookSuite('memory', async () => ({ open: createMemoryRecords, clear: async () => {} }), { shares: false });
