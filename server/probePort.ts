import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Rejects with the system's error if the port cannot be listened on. Called before the database is opened, so that a
 * second start ends at once and touches nothing.
 */
export const probePort = async (port: number, host?: string): Promise<void> => {
  if (port === 0) return;
  const probe = createServer().listen({ port, host, exclusive: true });
  await once(probe, 'listening');
  const closed = once(probe, 'close');
  probe.close();
  await closed;
};
