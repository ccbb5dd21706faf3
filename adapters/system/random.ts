import { randomFillSync } from 'node:crypto';
import type { Random } from '../../core/world.ts';

/** Octets that are read from the system at once. A call for each id would cost more than the rest of the id. */
const poolLength = 8192;

/** Random numbers of the operating system. Nobody can guess them, so they are fit for secrets. */
export const createSystemRandom = (): Random => {
  const pool = new Uint8Array(poolLength);
  let used = poolLength;
  const bytes = (length: number): Uint8Array => {
    if (length > poolLength) return randomFillSync(new Uint8Array(length));
    if (used + length > poolLength) {
      randomFillSync(pool);
      used = 0;
    }
    const octets = pool.slice(used, used + length);
    // The octets may become a licence key or a secret, so no copy of them stays in memory.
    pool.fill(0, used, used + length);
    used += length;
    return octets;
  };
  const unit = () => {
    const view = new DataView(bytes(8).buffer);
    return ((view.getUint32(0) & 0x1fffff) * 2 ** 32 + view.getUint32(4)) / 2 ** 53;
  };
  return { unit, bytes };
};
