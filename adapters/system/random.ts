import { randomFillSync } from 'node:crypto';
import type { Random } from '../../core/world.ts';

/** Read from the system in pieces: a call for every id would cost more than the rest of the id. */
const poolLength = 8192;

/** The operating system's random numbers, which nobody can guess. */
export const systemRandom = (): Random => {
  const pool = new Uint8Array(poolLength);
  let used = poolLength;
  const bytes = (length: number): Uint8Array => {
    if (length > poolLength) return randomFillSync(new Uint8Array(length));
    if (used + length > poolLength) {
      randomFillSync(pool);
      used = 0;
    }
    const taken = pool.slice(used, used + length);
    // What was handed out, a licence key or a secret, does not stay behind in memory.
    pool.fill(0, used, used + length);
    used += length;
    return taken;
  };
  const unit = () => {
    const view = new DataView(bytes(8).buffer);
    return ((view.getUint32(0) & 0x1fffff) * 2 ** 32 + view.getUint32(4)) / 2 ** 53;
  };
  return { unit, bytes };
};
