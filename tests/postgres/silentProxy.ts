import { createServer, type Socket, connect as tcpConnect } from 'node:net';

/**
 * A proxy before a PostgreSQL server. `silence` makes its open connections swallow every byte in both directions,
 * without closing them, as a firewall does that has lost its table. New connections work.
 */
export const startSilentProxy = async (databaseUrl: string) => {
  const { hostname, port } = new URL(databaseUrl);
  const open = new Set<Socket>();
  /** One function a connection. */
  const silencers = new Set<() => void>();
  let acceptsNew = true;

  const server = createServer((client) => {
    const upstream = tcpConnect({ host: hostname, port: Number(port) });
    let isSilent = !acceptsNew;
    const silence = () => {
      isSilent = true;
    };
    silencers.add(silence);
    const end = () => {
      silencers.delete(silence);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => isSilent || upstream.write(bytes));
    upstream.on('data', (bytes) => isSilent || client.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(address.port) }).href,
    /** Returns how many connections went silent. With `newOnes`, those that are opened later are silent, too. */
    silence: ({ newOnes = false } = {}): number => {
      acceptsNew = !newOnes;
      const count = silencers.size;
      for (const silence of silencers) silence();
      silencers.clear();
      return count;
    },
    restore: () => {
      acceptsNew = true;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
