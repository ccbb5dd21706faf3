import type { Random } from './world.ts';

/** Crockford's base 32 (https://www.crockford.com/base32.html). It has no I, L, O or U, which are easy to misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A key of 100 random bits, as five groups of four characters: `7ZK3-…`. */
export const licenceKey = (random: Random): string => {
  const characters = Array.from(random.bytes(20), (octet) => alphabet[octet % 32]);
  return [0, 4, 8, 12, 16].map((start) => characters.slice(start, start + 4).join('')).join('-');
};
