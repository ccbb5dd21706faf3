import type { Buffer } from 'node:buffer';

const multiplier = 0x5bd1e995;
const seed = 0x9747b28c;

/**
 * The hash by which Java's clients choose the partition of a key: murmur2, without its sign. The client's own one counts
 * in BigInt, which takes longer than all else that a message needs.
 */
export const partitionHash = (key: Buffer): number => {
  const { length } = key;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const mixed = Math.imul(key.readInt32LE(at), multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(mixed ^ (mixed >>> 24), multiplier);
  }
  if (at < length) {
    hash ^= key.readUIntLE(at, length - at);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
};
