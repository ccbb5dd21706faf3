import { memoryBook } from '../../adapters/sandbox/memoryRecords.ts';
import { eventSuite } from './events.ts';
import { directGround, type Ground, stripeGround } from './harness.ts';
import { providerSuite } from './provider.ts';
import { bookSuite } from './records.ts';

const opened = (ground: Ground) => async () => ({ ground, close: async () => {} });
const grounds = { simulator: directGround, stripe: stripeGround };

for (const [name, groundOf] of Object.entries(grounds)) {
  const open = () => opened(groundOf(memoryBook()))();
  providerSuite(`${name}, memory`, open);
  eventSuite(`${name}, memory`, open);
}
bookSuite('memory', async () => ({ open: memoryBook, clear: async () => {} }), { shares: false });
