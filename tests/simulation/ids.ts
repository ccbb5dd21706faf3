import type { Ids } from '../../core/world.ts';
import { createSeededRandom } from '../processes/random.ts';

/** UUIDv7 strings, strictly increasing: 48 bits of time, a counter of 32 bits, and random bits. */
export const createIds = (seed: number): Ids => {
  const random = createSeededRandom(seed);
  let lastMs = -1;
  let count = 0;
  let time = '';
  return {
    next: (atMs) => {
      count = atMs > lastMs ? random.between(0, 0xff_ffff) : count + 1;
      if (atMs > lastMs || time === '') {
        lastMs = Math.max(lastMs, atMs);
        const text = hex(lastMs, 12);
        time = `${text.slice(0, 8)}-${text.slice(8)}-7`;
      }
      const counter = hex(count, 8);
      const low = hex(random.between(0, 0xffff_ffff), 8);
      return `${time}${counter.slice(0, 3)}-8${counter.slice(3, 6)}-${counter.slice(6)}${low}00`;
    },
  };
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
