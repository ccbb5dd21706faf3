import { type Client, retryWhileUnavailable } from '../../processes/client.ts';

/**
 * Sends a request again while the shop is unavailable. After the faults, connections that nobody has used may still be
 * silent, and each of them costs its first request a 503.
 */
export const createPatientClient = (client: Client): Client => ({
  ...client,
  get: (path) => retryWhileUnavailable(() => client.get(path)),
  post: (path, body, headers) => retryWhileUnavailable(() => client.post(path, body, headers)),
  remove: (path) => retryWhileUnavailable(() => client.remove(path)),
});
