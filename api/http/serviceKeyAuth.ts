import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import type { CountedLog } from '../../core/countedLog.ts';
import type { Unavailable } from '../../core/result.ts';
import { minuteOf, type ServiceKey, type ServiceKeys } from '../../core/serviceKey.ts';
import type { Clock, Random } from '../../core/world.ts';
import type { Authenticate, AuthFailure, Caller } from './auth.ts';
import { createTokenCache } from './tokenCache.ts';

const prefix = 'cwk_';

/** A new secret, of 256 random bits. */
export const createServiceKeySecret = (random: Random): string =>
  `${prefix}${Buffer.from(random.bytes(32)).toString('base64url')}`;

/**
 * What is stored of a secret. SHA-256 is enough: the slow hashes of passwords make guesses expensive, and nobody can
 * guess 256 random bits.
 */
export const hashServiceKey = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/**
 * A key that another process has ended is refused after this time, and an unused one is forgotten. The time runs from
 * the beginning of the read, so it is a bound for slow reads too.
 */
const readAgainAfterMs = 30_000;

/** At most 1,000 keys, of well under 1 KiB each. */
const keysMax = 1_000;

/** A key, or why it is refused. */
type Found = Result<KnownKey | Reason, Unavailable>;

type KnownKey = { readonly caller: Caller; usedMs: number };

/** Why a key is refused. Sent in `WWW-Authenticate` and logged, so it has no part of the key. */
const reasons = {
  malformed: 'The service key is not complete',
  unknown: 'The service key is not known, or it was ended',
  expired: 'The service key has expired',
} as const;
type Reason = (typeof reasons)[keyof typeof reasons];

type Settings = {
  readonly serviceKeys: Pick<ServiceKeys, 'findByHash' | 'recordUse'>;
  readonly clock: Clock;
  /** False in a process that only reads. */
  readonly recordsUse: boolean;
  /** Refused keys are counted here. */
  readonly lines: Pick<CountedLog, 'warn'>;
};

/** Identifies the caller by a service key in the header `Authorization`; other requests by `authenticateToken`. */
export const createServiceKeyAuth = (
  authenticateToken: Authenticate,
  { serviceKeys, clock, recordsUse, lines }: Settings,
): { readonly authenticate: Authenticate; forget(keyId: string): void } => {
  const known = createTokenCache<KnownKey>(keysMax);
  const ended = createTokenCache<true>(keysMax);
  // Requests that need the same key at once share one read.
  const reads = new Map<string, Promise<Found>>();

  const read = async (hash: string): Promise<Found> => {
    const startedMs = clock.nowMs();
    const found = await serviceKeys.findByHash(hash);
    return found.map((key) => {
      if (key === null) return reasons.unknown;
      if (key.expiresAtMs <= clock.nowMs()) return reasons.expired;
      const entry = { caller: callerOf(key), usedMs: key.lastUsedAtMs ?? 0 };
      known.set(hash, entry, Math.min(key.expiresAtMs, startedMs + readAgainAfterMs));
      return entry;
    });
  };

  const find = (hash: string): Promise<Found> => {
    const cached = known.get(hash, clock.nowMs());
    if (cached !== null) return Promise.resolve(ok(cached));
    const current = reads.get(hash);
    if (current !== undefined) return current;
    const started = read(hash).finally(() => reads.delete(hash));
    reads.set(hash, started);
    return started;
  };

  const refuse = (reason: Reason): Result<Caller, AuthFailure> => {
    lines.warn('a service key was refused', { reason }, `a service key was refused: ${reason}`);
    return err({ kind: 'unauthenticated', tokenSent: true, reason });
  };

  /** A failure is ignored: it is no reason to refuse the request. */
  const recordUse = async (key: KnownKey): Promise<void> => {
    const usedMs = minuteOf(clock.nowMs());
    if (!recordsUse || key.usedMs >= usedMs) return;
    key.usedMs = usedMs;
    await serviceKeys.recordUse(key.caller.id, usedMs);
  };

  const authenticateKey = async (secret: string): Promise<Result<Caller, AuthFailure>> => {
    if (!wellFormed.test(secret)) return refuse(reasons.malformed);
    const found = await find(hashServiceKey(secret));
    if (found.isErr()) return err(found.error);
    const key = found.value;
    if (typeof key === 'string') return refuse(key);
    if (ended.get(key.caller.id, clock.nowMs()) !== null) return refuse(reasons.unknown);
    await recordUse(key);
    return ok(key.caller);
  };

  return {
    authenticate: (headers) => {
      const secret = scheme.exec(headers.get('authorization') ?? '')?.[1];
      return secret === undefined ? authenticateToken(headers) : authenticateKey(secret);
    },
    /** The process that ends a key refuses it at once, even if it is being read at this moment. */
    forget: (keyId) => ended.set(keyId, true, clock.nowMs() + 2 * readAgainAfterMs),
  };
};

/** A token (JWT) cannot begin with the prefix: it begins with the Base64 of a brace. */
const scheme = /^bearer +(cwk_\S*) *$/i;

const wellFormed = /^cwk_[A-Za-z0-9_-]{43}$/;

const callerOf = ({ id, name, permissions }: ServiceKey): Caller => ({
  id,
  name,
  roles: [],
  permissions: new Set(permissions),
});
