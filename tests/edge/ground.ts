import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** A gateway before two processes of each role, which answer as the test says. */
export type Ground = {
  readonly gateway: Gateway;
  readonly checkout: readonly Upstream[];
  readonly read: readonly Upstream[];
  readonly all: readonly Upstream[];
  /** Which role has received the request with this path, and how often. */
  receivedBy(path: string): readonly string[];
  close(): Promise<void>;
};

export const createGround = async (
  options: Omit<GatewayOptions, 'checkout' | 'read'> = {},
): Promise<Ground> => {
  const checkout = [await startUpstream('checkout'), await startUpstream('checkout')];
  const read = [await startUpstream('read'), await startUpstream('read')];
  const all = [...checkout, ...read];
  const portsOf = (upstreams: readonly Upstream[]) => upstreams.map(({ port }) => port);
  const gateway = await startGateway({ checkout: portsOf(checkout), read: portsOf(read), ...options });
  return {
    gateway,
    checkout,
    read,
    all,
    receivedBy: (path) =>
      all.flatMap(({ name, received }) => received.filter(({ url }) => url === path).map(() => name)),
    close: async () => {
      await gateway.kill();
      for (const upstream of all) upstream.close();
    },
  };
};
