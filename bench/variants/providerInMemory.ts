import { openProvider } from '../../server/wiring.ts';
import { serveCheckouts } from './serveCheckouts.ts';

/** The sandbox keeps its records in memory, because the records of a real provider are not on our disk either. */
await serveCheckouts({
  openProvider: (world, config) => openProvider(world, { ...config, databaseUrl: 'sqlite::memory:' }),
});
