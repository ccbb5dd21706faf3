import * as errors from 'jose/errors';
import { createRemoteJWKSet } from 'jose/jwks/remote';
import type { JWTVerifyGetKey } from 'jose/jwt/verify';
import type { Clock } from '../../core/world.ts';

/** The public keys of an issuer, as they were at most a minute ago. */
export type KeySet = {
  /**
   * Runs `verify` with the keys, and once more with newly loaded ones if the token's key is not among them. Rejects if
   * the keys cannot be loaded. The result may be kept until `goodUntilMs`: a key that is withdrawn must not work for
   * longer.
   */
  use<T>(verify: (keys: JWTVerifyGetKey) => Promise<T>): Promise<{ value: T; goodUntilMs: number }>;
};

/** Keys this old are loaded again in the background, so that requests do not wait for them. */
const refreshAfterMs = 30_000;
/** Keys this old are not used. */
const maxAgeMs = 60_000;
/** While the issuer cannot be reached, the last keys are used for this long: they are most likely still good. */
const outageMaxMs = 600_000;
/** The pause between two loads, so that tokens with invented keys cannot flood the issuer. */
const pauseMs = 5_000;

/**
 * The loading is jose's. When to load is decided here, by our clock: jose keeps the keys that it has for ten minutes.
 * `onOutage` is called each time that the keys cannot be loaded while older ones are still used.
 */
export const createKeySet = (url: string, clock: Clock, onOutage: (cause: unknown) => void): KeySet => {
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
  });
  let [loadedMs, triedMs] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let isOutage = false;
  let loading: Promise<void> | null = null;

  const loadNow = async (): Promise<void> => {
    // The age counts from the request: the keys may be withdrawn while the response is on its way.
    const startedMs = clock.nowMs();
    triedMs = startedMs;
    try {
      await keys.reload();
      loadedMs = startedMs;
      isOutage = false;
    } catch (cause) {
      isOutage = true;
      throw cause;
    } finally {
      loading = null;
    }
  };
  const load = (): Promise<void> => {
    loading ??= loadNow();
    return loading;
  };
  /**
   * What is of a time to come, because the clock was set back, is old: else nothing is loaded until it comes there
   * again.
   */
  const ageOf = (atMs: number): number => {
    const ageMs = clock.nowMs() - atMs;
    return ageMs < 0 ? maxAgeMs : ageMs;
  };
  const mayLoad = (): boolean => ageOf(triedMs) >= pauseMs;

  const refresh = async (): Promise<void> => {
    const ageMs = ageOf(loadedMs);
    if (ageMs < refreshAfterMs) return;
    if (ageMs >= outageMaxMs) return load();
    // A request waits for new keys only if the last load did not fail: an outage must not slow every request down.
    if (ageMs >= maxAgeMs && !isOutage) return load().catch(onOutage);
    if (mayLoad()) void load().catch(onOutage);
  };

  const run = async <T>(verify: (keys: JWTVerifyGetKey) => Promise<T>) => {
    // Before the keys are used: newer ones may be loaded meanwhile, and say nothing about this result.
    const goodUntilMs = Math.max(loadedMs + maxAgeMs, isOutage ? triedMs + pauseMs : loadedMs);
    return { value: await verify(keys), goodUntilMs };
  };

  return {
    use: async (verify) => {
      await refresh();
      try {
        return await run(verify);
      } catch (cause) {
        const isKnown = !(cause instanceof errors.JWKSNoMatchingKey);
        if (isKnown || (loading === null && !mayLoad())) throw cause;
        await load();
        return await run(verify);
      }
    },
  };
};
