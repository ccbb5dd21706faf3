import { BlockList, isIP } from 'node:net';

/** Who sent a request, and over which scheme it came to the first proxy of ours. */
type Client = {
  /** Null if the socket has no address, or is closed. */
  readonly address: string | null;
  readonly scheme: 'http' | 'https';
};

export type ClientOf = (request: Request) => Client;

/** A network such as `10.0.0.0/8`. */
export type Network = { readonly address: string; readonly prefix: number };

/** Reads `10.0.0.0/8`, `fd00::/8` or one address; null for anything else. */
export const parseNetwork = (text: string): Network | null => {
  const [, address = '', digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = isIP(address) === 4 ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits);
  return isIP(address) === 0 || prefix > bits ? null : { address, prefix };
};

/**
 * Creates a function that finds the client of a request. `X-Forwarded-For` and `X-Forwarded-Proto` count only if a
 * trusted proxy has sent them: anybody can write these headers. Each proxy appends the address it was called from, so
 * the list is read from its end, and the first address that is not a trusted proxy is the client.
 */
export const createClientOf = (trustedProxies: readonly Network[]): ClientOf => {
  if (trustedProxies.length === 0) return (request) => ({ address: peerOf(request), scheme: 'http' });
  const trusted = new BlockList();
  for (const { address, prefix } of trustedProxies) trusted.addSubnet(address, prefix, familyOf(address));
  const isTrusted = (address: string) => trusted.check(address, familyOf(address));

  return (request) => {
    let address = peerOf(request);
    const forwarded = listOf(request.headers.get('x-forwarded-for')).map(parseForwarded);
    let proxies = 0;
    while (address !== null && isTrusted(address)) {
      proxies++;
      const before = forwarded.pop() ?? null;
      if (before === null) break;
      address = before;
    }
    const schemes = listOf(request.headers.get('x-forwarded-proto'));
    const scheme = proxies === 0 ? undefined : schemes[Math.max(0, schemes.length - proxies)];
    return { address, scheme: scheme?.toLowerCase() === 'https' ? 'https' : 'http' };
  };
};

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const listOf = (header: string | null): string[] =>
  header === null || header === '' ? [] : header.split(',').map((entry) => entry.trim());

/** Some proxies write a port, and brackets around an IPv6 address. Null for what is no address. */
const parseForwarded = (entry: string): string | null => {
  const address = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  return isIP(address) === 0 ? null : plainAddress(address);
};

/** A socket that listens on IPv6 reports a caller on IPv4 as `::ffff:10.0.0.1`. One client has one address. */
const plainAddress = (address: string): string => /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;

/** Finds the address of the socket of a request, as Bun's server does. */
export type Peers = { requestIP(request: Request): { readonly address: string } | null };

const peersOf = new WeakMap<Request, Peers>();

/** Called for each request that comes over a socket. */
export const setPeers = (request: Request, peers: Peers): void => {
  peersOf.set(request, peers);
};

const peerOf = (request: Request): string | null => {
  const address = peersOf.get(request)?.requestIP(request)?.address;
  return address === undefined ? null : plainAddress(address);
};
