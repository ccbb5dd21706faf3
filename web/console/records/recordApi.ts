import type { renderActivity } from '../../../api/render/activity.ts';
import type { renderServiceKey } from '../../../api/render/serviceKey.ts';
import type { Call } from '../../shared/call.ts';
import { queryOf } from '../../shared/query.ts';
import type { ActivityQuestion } from './activityAddress.ts';

export type Activity = ReturnType<typeof renderActivity>;
export type ServiceKey = ReturnType<typeof renderServiceKey>;
/** A replay under the same Idempotency-Key has no secret. */
export type NewServiceKey = ServiceKey & { readonly key?: string };

export type KeyRequest = {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly expiresAt: string;
};

const pageSize = 25;

export const activityListPath = (question: ActivityQuestion): string =>
  `/activity${queryOf({ ...question, limit: pageSize })}`;

export const keyListPath = (cursor: string | null): string => `/keys${queryOf({ cursor, limit: pageSize })}`;

export const createKeyApi = (call: Call) => ({
  /** The same Idempotency-Key makes one key, however often it is sent. */
  make: (request: KeyRequest, idempotencyKey: string) =>
    call<NewServiceKey>({ method: 'POST', path: '/keys', body: request, key: idempotencyKey }),
  end: (id: string) => call<undefined>({ method: 'DELETE', path: `/keys/${encodeURIComponent(id)}` }),
});
