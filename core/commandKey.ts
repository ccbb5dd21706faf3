import { err, ok, type Result } from 'neverthrow';

/**
 * The `Idempotency-Key` of a command that makes something. A port's method that takes one does the command once: it
 * stores the key and the result in the transaction that writes what the command makes. So a crash leaves both or
 * neither, and a second call under the key waits for the first. A refused command leaves no key behind.
 *
 * Checkouts and refunds keep their own keys, for as long as the orders.
 */
export type CommandKey = {
  /** Who sent it. Equal keys of two callers are two keys. */
  readonly callerId: string;
  /** Such as `POST /orders`. One caller may use the same key for two routes. */
  readonly route: string;
  /** A UUID. */
  readonly key: string;
  /** Identifies the command, so that a key cannot be reused for another one. */
  readonly fingerprint: string;
};

/** A command that is done once under its key. */
export type Keyed<Command> = Command & { readonly commandKey: CommandKey };

/** The result of a command. `replayed` is true if an earlier command under the key had it. */
export type Replayable<T> = { readonly value: T; readonly replayed: boolean };

/** The result of a command that was done now. */
export const firstResult = <T>(value: T): Replayable<T> => ({ value, replayed: false });

/** The key belongs to another command. */
export type KeyReused = { readonly kind: 'idempotency_key_reused' };

/** Two keys with the same identity are the same key. */
export const identityOf = ({ key, route, callerId }: CommandKey): string => `${key} ${route} ${callerId}`;

/** How long a key is kept. Maintenance deletes older ones. */
export const commandKeyRetentionMs = 24 * 3_600_000;

/** What is stored under a key. `value` is JSON. */
export type StoredCommand = { readonly fingerprint: string; readonly value: string };

/** Decides a command whose key was used before. */
export const judgeStoredCommand = <T>(
  { fingerprint }: CommandKey,
  stored: StoredCommand,
): Result<Replayable<T>, KeyReused> =>
  stored.fingerprint === fingerprint
    ? ok({ value: JSON.parse(stored.value), replayed: true })
    : err({ kind: 'idempotency_key_reused' });
