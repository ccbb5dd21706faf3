import { memoryBook } from '../../adapters/payment/memoryBook.ts';
import { providerSuite } from './provider.ts';

providerSuite('memory', async () => ({ open: memoryBook, clear: async () => {} }), { shares: false });
