import { openProvider } from '../../server/wiring.ts';
import { serveCheckouts } from './serveCheckouts.ts';

/** The simulated provider answers at once: its book is in memory, as that of a real one is on no disk of ours. */
await serveCheckouts({
  openProvider: (world, config) => openProvider(world, { ...config, databaseUrl: 'sqlite::memory:' }),
});
