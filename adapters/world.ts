import { randomFillSync } from 'node:crypto';
import type { Chance, Ids, World } from '../core/world.ts';

/** The real world: the machine's clock, ids that no two processes share, and chance that cannot be guessed. */
export const systemWorld = (): World => {
  const chance = systemChance();
  return { clock: { nowMs: Date.now }, ids: timeOrderedIds(chance), chance };
};

/**
 * UUIDv7 with a counter, RFC 9562 section 6.2, method 1: 48 bits of time, 42 bits of count, 32 bits of chance.
 * The count begins anywhere in its lower half each millisecond, so that 2^41 more ids fit into it. Where the
 * clock has gone back, ids stay at the latest time seen and count on, since a page of newest rows must never
 * miss a row that was written later.
 */
export const timeOrderedIds = (chance: Chance): Ids => {
  let latestMs = -1;
  let count = 0;
  return {
    next: (atMs) => {
      const bytes = chance.bytes(10);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      count = atMs > latestMs ? (view.getUint16(0) & 0x1ff) * 2 ** 32 + view.getUint32(2) : count + 1;
      latestMs = Math.max(latestMs, atMs);
      const time = hex(latestMs, 12);
      const low = count % 2 ** 30;
      return [
        time.slice(0, 8),
        time.slice(8),
        `7${hex(Math.floor(count / 2 ** 30), 3)}`,
        hex(0x8000 | Math.floor(low / 2 ** 16), 4),
        `${hex(low % 2 ** 16, 4)}${hex(view.getUint32(6), 8)}`,
      ].join('-');
    },
  };
};

/** Read from the system in pieces: a call for every id would cost more than the rest of the id. */
const poolLength = 8192;

const systemChance = (): Chance => {
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

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
