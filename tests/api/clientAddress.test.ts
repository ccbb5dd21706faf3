import { describe, expect, test } from 'bun:test';
import { createClientOf, parseNetwork, setPeers } from '../../api/http/clientAddress.ts';

const networks = (...texts: readonly string[]) =>
  texts.map((text) => parseNetwork(text)).filter((network) => network !== null);

const requestFrom = (peer: string | null, headers: Readonly<Record<string, string>> = {}): Request => {
  const request = new Request('http://localhost/', { headers });
  setPeers(request, { requestIP: () => (peer === null ? null : { address: peer }) });
  return request;
};

describe('The client of a request', () => {
  const clientOf = createClientOf(networks('10.0.0.0/8', '192.168.1.1', 'fd00::/8'));
  const forwarded = (peer: string, list: string) =>
    clientOf(requestFrom(peer, { 'x-forwarded-for': list })).address;

  test.each([
    ['that comes from no proxy', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['that comes through a proxy', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['that comes through two proxies', '10.0.0.1', '203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['that has written an address itself', '10.0.0.1', '1.2.3.4, 203.0.113.7', '203.0.113.7'],
    ['that has written a proxy of ours itself', '10.0.0.1', '10.1.1.1, 203.0.113.7', '203.0.113.7'],
    ['that is a proxy', '10.0.0.1', '10.0.0.2, 192.168.1.1', '10.0.0.2'],
    ['of a neighbour of a trusted address', '192.168.1.2', '1.2.3.4', '192.168.1.2'],
    ['on IPv6', 'fd12::1', '2001:db8::7', '2001:db8::7'],
    ['on IPv4 over a socket on IPv6', '::ffff:10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['whose proxy writes ports', '10.0.0.1', '203.0.113.7:5812', '203.0.113.7'],
    ['whose proxy writes ports of IPv6', '10.0.0.1', '[2001:db8::7]:5812', '2001:db8::7'],
    ['whose proxy writes no address', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['whose proxy writes an empty entry', '10.0.0.1', '1.2.3.4, ,', '10.0.0.1'],
    ['whose proxy writes nothing', '10.0.0.1', '', '10.0.0.1'],
  ])('The client of a request %s is found', (_, peer, list, client) => {
    expect(forwarded(peer, list)).toBe(client);
  });

  test.each([
    ['https', '10.0.0.1', '203.0.113.7', 'https'],
    ['HTTPS', '10.0.0.1', '203.0.113.7', 'https'],
    ['http, https', '10.0.0.1', '203.0.113.7', 'https'],
    ['https, http', '10.0.0.1', '203.0.113.7, 10.0.0.2', 'https'],
    ['https', '203.0.113.7', '1.2.3.4', 'http'],
    ['gopher', '10.0.0.1', '203.0.113.7', 'http'],
  ] as const)(
    'X-Forwarded-Proto %s from %s counts as far as its proxy is trusted',
    (proto, peer, list, scheme) => {
      const headers = { 'x-forwarded-proto': proto, 'x-forwarded-for': list };
      expect(clientOf(requestFrom(peer, headers)).scheme).toBe(scheme);
    },
  );

  test('No header counts without trusted proxies', () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    const request = requestFrom('127.0.0.1', headers);
    expect(createClientOf([])(request)).toEqual({ address: '127.0.0.1', scheme: 'http' });
  });

  test('A request without a socket has no address', () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    expect(clientOf(requestFrom(null, headers)).address).toBeNull();
    expect(clientOf(new Request('http://localhost/', { headers })).address).toBeNull();
  });
});

test.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', '/8', 'all', '', '10.0.0.0/8/8', '10.0.0.0/-1'])(
  '%j is not a network',
  (text) => {
    expect(parseNetwork(text)).toBeNull();
  },
);
