import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type AddressClass = 'public' | 'private' | 'forbidden';

/**
 * Where an address leads. `private`: this machine and its own network, which a setting can allow. `forbidden`: what
 * nobody sends events to, such as the metadata services of clouds, multicast, and IPv6 forms that hide an IPv4 address.
 */
export const classOf = (address: string): AddressClass => {
  // The library also reads short forms, such as 127.1.
  if (isIP(address) === 0 || !ipaddr.isValid(address)) return 'forbidden';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (metadataAddresses.has(parsed.toString())) return 'forbidden';
  if (privateRanges.has(range)) return 'private';
  if (range !== 'unicast') return 'forbidden';
  // Outside of the block that is given out, the library calls everything unicast that it does not know.
  return parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast) ? 'forbidden' : 'public';
};

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

const privateRanges: ReadonlySet<string> = new Set([
  ...['loopback', 'private', 'uniqueLocal'],
  // Shared by the customers of a provider (RFC 6598), and the inner network of some clouds.
  'carrierGradeNat',
]);

/** Metadata services that have an address outside of the link-local range: Azure, Alibaba, AWS and Google by IPv6. */
const metadataAddresses: ReadonlySet<string> = new Set([
  ...['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254'],
]);
