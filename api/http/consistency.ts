import {
  type LogPosition,
  positionOf,
  type Reached,
  type ReadPosition,
  tokenOf,
} from '../../core/consistency.ts';
import type { ReplicaState } from '../../core/replica.ts';
import { type Timer, withTimeout } from '../../core/timer.ts';

type Fetch = (request: Request) => Response | Promise<Response>;

const tokenHeader = 'consistency-token';

const isQuery = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/**
 * Refused before anything was read or written, or by an outage: such a response has nothing that a later read could
 * miss, and must cost nothing.
 */
const refusedEarly = new Set([400, 401, 403, 405, 408, 413, 414, 415, 429, 431, 500, 503]);

/** Adds the `Consistency-Token` to the answers of commands. It is asked for when the answer is there: after the commit. */
export const withConsistencyToken = (fetch: Fetch, position: ReadPosition): Fetch => {
  const shared = createSharedToken();
  const addToken = async (answer: Response | Promise<Response>): Promise<Response> => {
    const response = await answer;
    if (refusedEarly.has(response.status)) return response;
    const found = await position();
    // The command is done. Without a token, a read may be behind by the replica's lag.
    if (found.isOk() && found.value !== null) response.headers.set(tokenHeader, shared(found.value));
    return response;
  };
  return (request) =>
    isQuery(request) || request.method === 'OPTIONS' ? fetch(request) : addToken(fetch(request));
};

/** The commands of a batch have one position, so its text is made once. */
const createSharedToken = () => {
  let last: { readonly position: LogPosition; readonly token: string } | null = null;
  return (position: LogPosition): string => {
    if (last?.position !== position) last = { position, token: tokenOf(position) };
    return last.token;
  };
};

/** Which database answered a query. In `primary`, why it was not the replica. */
type ReadRoute = 'replica' | 'primary_away' | 'primary_behind' | 'primary_token' | 'primary_failed';

export type ReplicaReads = {
  readonly state: () => ReplicaState;
  readonly waitFor: (position: LogPosition) => Promise<Reached>;
  readonly count: (route: ReadRoute) => void;
};

/** A query that takes longer on the replica is asked of the primary as well: the replica may have gone silent. */
const replicaAnswersMs = 2_000;

/** Paths that read nothing, or hold state of the process. */
const ownPaths =
  /^\/(?:(?:health|docs|live|metrics|session|assets|images|shop|console|favicon\.ico|checkouts\/options|\.well-known)(?:\/|$)|$)/;

/**
 * Answers queries from the replica, and all else from the primary. A query that the replica cannot answer is asked of
 * the primary again, because it changes nothing.
 */
export const readReplicaFirst =
  (primary: Fetch, replica: Fetch, { state, waitFor, count }: ReplicaReads, timer: Timer): Fetch =>
  (request) => {
    if (!isQuery(request) || ownPaths.test(new URL(request.url).pathname)) return primary(request);
    return answerQuery(request);

    async function answerQuery(query: Request): Promise<Response> {
      const route = await choose(query);
      if (route !== 'replica') {
        count(route);
        return primary(query);
      }
      const response = await withTimeout(timer, replicaAnswersMs, ask(query), () => null);
      if (response === null || response.status === 503) {
        count('primary_failed');
        return primary(query);
      }
      count('replica');
      return response;
    }

    async function ask(query: Request): Promise<Response> {
      return replica(query);
    }

    async function choose(query: Request): Promise<ReadRoute> {
      const current = state();
      if (current !== 'up') return `primary_${current}`;
      const position = positionOf(query.headers.get(tokenHeader));
      return position === null || (await waitFor(position)) === 'reached' ? 'replica' : 'primary_token';
    }
  };

/**
 * For a process that knows one server alone, which may be a standby. A read that it cannot answer with what its caller
 * has written is refused: a caller with a token would rather ask again than not see it.
 */
export const readOneServer =
  (fetch: Fetch, waitFor: ReplicaReads['waitFor'], refuse: Fetch): Fetch =>
  (request) => {
    const position = isQuery(request) ? positionOf(request.headers.get(tokenHeader)) : null;
    if (position === null || ownPaths.test(new URL(request.url).pathname)) return fetch(request);
    return waitFor(position).then((reached) =>
      reached === 'reached' || reached === 'primary' ? fetch(request) : refuse(request),
    );
  };
