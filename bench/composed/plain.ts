import { plainCheckOut } from './plainCheckOut.ts';
import { serveCheckouts } from './serveCheckouts.ts';

/** Checkouts share nothing: each claims and settles by itself. */
await serveCheckouts({ checkOut: plainCheckOut });
