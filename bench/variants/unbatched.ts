import { serveCheckouts } from './serveCheckouts.ts';
import { createUnbatchedCheckOut } from './unbatchedCheckOut.ts';

/** Each checkout claims and records its outcome in transactions of its own. */
await serveCheckouts({ checkOut: createUnbatchedCheckOut });
