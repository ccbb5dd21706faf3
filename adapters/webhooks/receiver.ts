import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { err, ok, type Result } from 'neverthrow';
import { type Timer, withTimeout } from '../../core/timer.ts';
import type { CheckWebhookUrl, UrlRefused } from '../../core/webhookUrl.ts';
import { classOf } from './address.ts';

/** The addresses of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Where to send events, with addresses that were checked. Nothing else is connected to. IPv4 comes first: where IPv6 leads
 * nowhere, connections to it are often not refused but lost, and would take all the time there is.
 */
export type Receiver = { readonly url: URL; readonly host: string; readonly addresses: readonly string[] };

type NoAddress = { readonly kind: 'no_address'; readonly reason: string };

export type FindReceiver = (text: string) => Promise<Result<Receiver, UrlRefused | NoAddress>>;

export type ReceiverSettings = {
  /** Also send to private addresses, and without TLS. */
  readonly allowPrivate: boolean;
  /** By default as the machine resolves. */
  readonly resolve?: Resolve;
};

const resolveMs = 5_000;

/** As the machine resolves names, so that the hosts file and the search rules of a private network count. */
const resolveBySystem: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Checks a URL and the addresses of its host: all of them, because a host that has one private address can lead there.
 * The caller must connect to the addresses that it gets, and must not resolve the host again: a second answer can be
 * another one.
 */
export const createFindReceiver =
  (timer: Timer, { allowPrivate, resolve = resolveBySystem }: ReceiverSettings): FindReceiver =>
  async (text) => {
    const read = readUrl(text, allowPrivate);
    if (read.isErr()) return err(read.error);
    const { url, host } = read.value;
    const addresses = isIP(host) === 0 ? await addressesOf(timer, resolve, host) : ok([host]);
    if (addresses.isErr()) return err(addresses.error);
    const classes = new Set(addresses.value.map(classOf));
    if (classes.has('forbidden')) return refuse('Its host has an address that no events are sent to');
    if (classes.has('private') && !allowPrivate)
      return refuse(`Its host has a private address, and events are sent to public ones${howToAllow}`);
    return ok({ url, host, addresses: addresses.value.toSorted((one, other) => isIP(one) - isIP(other)) });
  };

/** A host that cannot be resolved now is let through: it may get its address later, and is checked again then. */
export const createCheckWebhookUrl = (timer: Timer, settings: ReceiverSettings): CheckWebhookUrl => {
  const findReceiver = createFindReceiver(timer, settings);
  return async (url) => {
    const found = await findReceiver(url);
    return found.isErr() && found.error.kind === 'url_refused' ? err(found.error) : ok(undefined);
  };
};

const addressesOf = async (
  timer: Timer,
  resolve: Resolve,
  host: string,
): Promise<Result<readonly string[], NoAddress>> => {
  const none = (reason: string) => err({ kind: 'no_address', reason } as const);
  try {
    const addresses = await withTimeout(timer, resolveMs, resolve(host), () => null);
    if (addresses === null) return none('the name of its host was not resolved in time');
    return addresses.length === 0 ? none('its host has no address') : ok(addresses);
  } catch {
    return none('the name of its host cannot be resolved');
  }
};

const howToAllow =
  '. Whoever runs the shop can allow private addresses, and http, with the setting WEBHOOK_ALLOW_PRIVATE=1';

const readUrl = (
  text: string,
  allowPrivate: boolean,
): Result<{ readonly url: URL; readonly host: string }, UrlRefused> => {
  const url = URL.parse(text);
  if (url === null) return refuse('It is not a URL');
  const { protocol, username, password, port } = url;
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate))
    return refuse(`Events are sent over https alone${protocol === 'http:' ? howToAllow : ''}`);
  if (username !== '' || password !== '') return refuse('A URL with a user or a password is not used');
  // Below 1024 are the ports of other services, which are no receivers of webhooks.
  if (port !== '' && port !== '443' && Number(port) < 1_024)
    return refuse('Its port belongs to another service: use 443, or 1024 and above');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (!allowPrivate && isPrivateName(host))
    return refuse(`Its host is a name of a private network${howToAllow}`);
  return ok({ url, host });
};

const refuse = (reason: string): Result<never, UrlRefused> => err({ kind: 'url_refused', reason });

/** Names that no public host has, wherever they lead today. */
const isPrivateName = (host: string): boolean =>
  isIP(host) === 0 && (!host.includes('.') || privateDomains.test(host));

const privateDomains = /\.(?:localhost|local|internal|intranet|lan|home\.arpa)$/;
