import type { ActivityTarget, OperatorCommand } from './activity.ts';
import type { Keyed, KeyReused, Replayable } from './commandKey.ts';
import type { Page } from './page.ts';
import { type Permission, permissions } from './permission.ts';
import type { AsyncResult } from './result.ts';

/** What a program sends in place of a token. Only the hash of its secret is stored. */
export type ServiceKey = {
  readonly id: string;
  /** For people: what the key is for. */
  readonly name: string;
  /** In the order of `permissions`. */
  readonly permissions: readonly Permission[];
  readonly createdBy: { readonly id: string; readonly email: string };
  readonly createdAtMs: number;
  /** The key is refused from this time on. */
  readonly expiresAtMs: number;
  /** The beginning of the minute in which it was last used; null if it never was. */
  readonly lastUsedAtMs: number | null;
};

export type CreateServiceKey = Omit<ServiceKey, 'createdAtMs' | 'lastUsedAtMs'> & {
  /** SHA-256 of the secret, in hex. */
  readonly hash: string;
  readonly command?: OperatorCommand | undefined;
};

export interface ServiceKeys {
  create(command: CreateServiceKey, nowMs: number): AsyncResult<ServiceKey>;
  /** `create`, done once under its key. With a `refusal`, a new one is refused, and a known key has its first answer. */
  createOnce<F = never>(
    command: Keyed<CreateServiceKey>,
    nowMs: number,
    refusal?: F | null,
  ): AsyncResult<Replayable<ServiceKey>, KeyReused | F>;
  /** Newest first, expired ones too. `after` is an id. */
  list(query: {
    readonly after: string | null;
    readonly limit: number;
  }): AsyncResult<Page<ServiceKey, string>>;
  /** Null if no key has the hash, or if it was ended. An expired key is found. */
  findByHash(hash: string): AsyncResult<ServiceKey | null>;
  /** Sets `lastUsedAtMs`, unless it is later. */
  recordUse(id: string, atMs: number): AsyncResult<void>;
  /** Deletes the key. False if there is none. */
  end(id: string, nowMs: number, command?: OperatorCommand): AsyncResult<boolean>;
}

/** What a service key can have. No key makes keys: after its end, those that it made would still work. */
export const grantablePermissions = permissions.filter((permission) => permission !== 'keys:write');

/** The permissions that a new key would have and its maker lacks. */
export const permissionsBeyond = (
  maker: ReadonlySet<Permission>,
  wanted: readonly Permission[],
): readonly Permission[] => wanted.filter((permission) => !maker.has(permission));

const minuteMs = 60_000;

/** The beginning of the minute. A use is recorded only to the minute, so that a busy key is not a busy row. */
export const minuteOf = (atMs: number): number => atMs - (atMs % minuteMs);

/** What a new key is before it is stored. */
export const serviceKeyOf = (
  { hash: _, command: __, ...key }: CreateServiceKey,
  createdAtMs: number,
): ServiceKey => ({
  ...key,
  createdAtMs,
  lastUsedAtMs: null,
});

/** What the activity says about a new key, or one that was ended. */
export const serviceKeyTarget = ({
  id,
  name,
  permissions: held,
}: Pick<ServiceKey, 'id' | 'name' | 'permissions'>): ActivityTarget => ({
  target: id,
  orderId: null,
  detail: `${name}: ${held.join(' ')}`,
});
