import { createSeededRandom, type SeededRandom } from '../processes/random.ts';

/**
 * One random stream for each site that draws. A site that draws more or less does not change what others draw, so a
 * history stays almost the same when a fault or an actor is switched off. That is what shrinking needs.
 */
export type Streams = {
  stream(site: string): SeededRandom;
};

export const createStreams = (seed: number): Streams => {
  const streams = new Map<string, SeededRandom>();
  return {
    stream: (site) => {
      const known = streams.get(site);
      if (known !== undefined) return known;
      const made = createSeededRandom(mix(seed, site));
      streams.set(site, made);
      return made;
    },
  };
};

/** FNV-1a over the seed and the text. */
export const mix = (seed: number, text: string): number => {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  hash = Math.imul(hash ^ (seed >>> 16), 16_777_619) >>> 0;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
};
