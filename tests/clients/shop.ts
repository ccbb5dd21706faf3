import { join } from 'node:path';
import process from 'node:process';
import { freePort } from '../processes/server.ts';

/** Starts a shop in demo mode on a database of its own in `folder`. */
export const startShop = async (folder: string) => {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const database = `sqlite:${join(folder, 'shop.db')}`;
  const server = Bun.spawn(['bun', join(import.meta.dirname, '../../server/main.ts')], {
    env: { ...process.env, PORT: String(port), DATABASE_URL: database, LOG_LEVEL: 'error', DRAIN_MS: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await isReady(base))) {
    if (server.exitCode !== null) throw new Error(`the shop ended with ${server.exitCode}`);
    await Bun.sleep(100);
  }
  return {
    base,
    createToken: async (): Promise<string> => {
      const response = await fetch(`${base}/demo/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'lan@example.com', role: 'customer' }),
      });
      const { token } = (await response.json()) as { readonly token: string };
      return token;
    },
    stop: async () => {
      server.kill('SIGTERM');
      await server.exited;
    },
  };
};

const isReady = async (base: string): Promise<boolean> => {
  try {
    return (await fetch(`${base}/health/ready`)).ok;
  } catch {
    return false;
  }
};
