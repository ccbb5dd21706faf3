import { createServer, type Socket, connect as tcpConnect } from 'node:net';

/** What the proxy does with the bytes in which a client sends `marker`. */
type Cut = {
  readonly marker: string;
  /** `before`: the server never gets them. `after`: the server handles them, and its reply is lost. */
  readonly when: 'before' | 'after';
  /** True if the server cannot be reached afterwards, on no connection. */
  readonly thenDown: boolean;
};

/** A proxy before a PostgreSQL server that can cut a connection in the middle of a statement. */
export const startCuttingProxy = async (databaseUrl: string) => {
  const { hostname, port } = new URL(databaseUrl);
  const open = new Set<Socket>();
  let cut: Cut | null = null;
  let isDown = false;

  const server = createServer((client) => {
    if (isDown) {
      client.destroy();
      return;
    }
    const upstream = tcpConnect({ host: hostname, port: Number(port) });
    let isMuted = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
      if (isDown) for (const socket of open) socket.destroy();
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
    client.on('data', (bytes) => {
      const isCut = cut !== null && bytes.includes(cut.marker);
      if (isCut && cut !== null) {
        isMuted = cut.when === 'after';
        isDown = cut.thenDown;
        cut = null;
        if (!isMuted) return end();
      }
      upstream.write(bytes);
    });
    // The first reply to the muted statement shows that the server has committed it.
    upstream.on('data', (bytes) => (isMuted ? end() : client.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(address.port) }).href,
    cutAt: (next: Cut) => {
      cut = next;
    },
    restore: () => {
      isDown = false;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
