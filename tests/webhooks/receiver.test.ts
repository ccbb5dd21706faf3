import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { networkInterfaces } from 'node:os';
import { classOf } from '../../adapters/webhooks/address.ts';
import { createCheckWebhookUrl, createFindReceiver, type Resolve } from '../../adapters/webhooks/receiver.ts';
import { waitTurns } from '../timer.ts';
import { answerWith, startReceiver, type TestReceiver } from './receivers.ts';
import { createSender } from './sending.ts';

const publicAddress = '93.184.216.34';

describe('The class of an address', () => {
  test.each([
    [publicAddress, 'public'],
    ['1.1.1.1', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255'].map(asPrivate),
    ...['192.168.0.1', '100.64.0.1', '100.127.255.255', '::1', 'fc00::1', 'fdff::1'].map(asPrivate),
    // Link-local, among it the metadata of most clouds.
    ...['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0'].map(asForbidden),
    // Metadata elsewhere: Azure, Alibaba, AWS, Google.
    ...['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fd00:0ec2:0::254', 'fd20:ce::254'].map(
      asForbidden,
    ),
    // "This" network, multicast, reserved, broadcast, benchmarks, documentation.
    ...['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', 'ff02::1', '240.0.0.1', '255.255.255.255'].map(asForbidden),
    ...['192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1', '203.0.113.1', '2001:db8::1'].map(
      asForbidden,
    ),
    // IPv6 that hides IPv4: mapped, compatible, NAT64 in both blocks, 6to4, Teredo, ISATAP by its prefix.
    ...['::ffff:127.0.0.1', '::ffff:93.184.216.34', '::127.0.0.1', '::ffff:0:7f00:1'].map(asForbidden),
    ...['64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2001:0:4136:e378::'].map(asForbidden),
    // Site-local, discard, ORCHID, and blocks that nobody has.
    ...['fec0::1', '100::1', '2001:20::1', '4000::1', 'c000::1'].map(asForbidden),
    ...['', 'localhost', '1.2.3', '0x7f.0.0.1.5'].map(asForbidden),
  ] as const)('Of "%s" is %s', (address, expected) => {
    expect(classOf(address)).toBe(expected);
  });
});

function asPrivate(address: string) {
  return [address, 'private'] as const;
}

function asForbidden(address: string) {
  return [address, 'forbidden'] as const;
}

/** URLs that lead to this machine, or to what nobody outside may reach. `PORT` is a port that listens. */
const hostileUrls = [
  'https://127.0.0.1:PORT/',
  'https://127.1:PORT/',
  'https://2130706433:PORT/',
  'https://0x7f000001:PORT/',
  'https://017700000001:PORT/',
  'https://0x7f.0.0.1:PORT/',
  'https://0177.0.0.01:PORT/',
  'https://127.0.0.1.:PORT/',
  'https://①②⑦.⓪.⓪.①:PORT/',
  'https://127。0。0。1:PORT/',
  'https://localhost:PORT/',
  'https://LOCALHOST.:PORT/',
  'https://shop.localhost:PORT/',
  'https://0.0.0.0:PORT/',
  'https://0:PORT/',
  'https://[::1]:PORT/',
  'https://[0:0:0:0:0:0:0:1]:PORT/',
  'https://[::]:PORT/',
  'https://[::ffff:127.0.0.1]:PORT/',
  'https://[::ffff:7f00:1]:PORT/',
  'https://[::127.0.0.1]:PORT/',
  'https://[64:ff9b::7f00:1]:PORT/',
  'https://[2002:7f00:1::]:PORT/',
  'https://[fe80::1]:PORT/',
  'https://169.254.169.254:PORT/latest/meta-data/',
  'https://[fd00:ec2::254]:PORT/latest/meta-data/',
  'https://metadata.google.internal:PORT/computeMetadata/v1/',
  'https://metadata:PORT/',
  'https://hooks.example@127.0.0.1:PORT/',
  'https://user:password@hooks.example:PORT/',
  'http://hooks.example:PORT/',
  'http://127.0.0.1:PORT/',
  'HTTP:127.0.0.1:PORT',
  'https:\\\\127.0.0.1:PORT\\',
  'https:/127.0.0.1:PORT',
  'ftp://hooks.example:PORT/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'https://hooks.example:22/',
  'https://hooks.example:80/',
  'not a URL',
];

/** What a name server can say. All lead here, at least in part. */
const hostileAddresses: readonly (readonly string[])[] = [
  ['127.0.0.1'],
  ['::1'],
  [publicAddress, '127.0.0.1'],
  ['127.0.0.1', publicAddress],
  ['::ffff:127.0.0.1'],
  ['169.254.169.254'],
  ['0.0.0.0'],
];

describe('A hostile URL', () => {
  let receivers: readonly TestReceiver[] = [];
  let port = 0;
  beforeAll(async () => {
    const plain = await startReceiver(answerWith(204), { host: '::' });
    receivers = [plain];
    port = plain.port;
  });
  afterAll(() => Promise.all(receivers.map((receiver) => receiver.stop())));

  /** A connection that had begun would be seen within some turns, because both ends are in this process. */
  const expectNoConnection = async () => {
    await waitTurns(50);
    expect(receivers.map((receiver) => receiver.connections())).toEqual([0]);
  };

  const check = (url: string, resolve?: Resolve) => {
    const { timer } = createSender();
    return createCheckWebhookUrl(timer, { allowPrivate: false, ...(resolve && { resolve }) })(url);
  };

  test.each(hostileUrls)('%s is refused, and nothing is connected to', async (written) => {
    const url = written.replace('PORT', String(port));
    const resolve = async () => [publicAddress];
    // Names are resolved as this machine does it, but for the one whose address is public.
    const resolver = url.includes('hooks.example') ? resolve : undefined;
    expect((await check(url, resolver))._unsafeUnwrapErr().kind).toBe('url_refused');
    const { sendTo } = createSender({ allowPrivate: false, ...(resolver && { resolve: resolver }) });
    expect((await sendTo(url))?.error).toStartWith('the URL is refused: ');
    await expectNoConnection();
  });

  test.each(hostileAddresses)('A name with the addresses %s is refused', async (...addresses) => {
    const url = `https://hooks.example:${port}/`;
    const resolve = async () => addresses.filter((address) => typeof address === 'string');
    expect((await check(url, resolve))._unsafeUnwrapErr().kind).toBe('url_refused');
    const { sendTo } = createSender({ allowPrivate: false, resolve });
    expect((await sendTo(url))?.error).toStartWith('the URL is refused: ');
    await expectNoConnection();
  });

  test('The own addresses of this machine in its network are refused', async () => {
    for (const { address, scopeid } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
      if (classOf(address) === 'public') continue;
      const host = address.includes(':') ? `[${address}]` : address;
      if (scopeid === undefined || scopeid === 0)
        expect((await check(`https://${host}:${port}/`)).isErr()).toBe(true);
    }
    await expectNoConnection();
  });

  test('A name that was public when it was checked, and is private now, is refused at the connection', async () => {
    const answers = [[publicAddress], ['127.0.0.1']];
    const resolve = async () => answers.shift() ?? [];
    expect((await check(`https://hooks.example:${port}/`, resolve)).isOk()).toBe(true);
    const { sendTo } = createSender({ allowPrivate: false, resolve });
    expect((await sendTo(`https://hooks.example:${port}/`))?.error).toStartWith('the URL is refused: ');
    await expectNoConnection();
  });

  test('A redirect to a private address is not followed', async () => {
    const redirecting = await startReceiver(answerWith(307, { location: `http://127.0.0.1:${port}/` }));
    const outcome = await createSender().sendTo(`http://127.0.0.1:${redirecting.port}/`);
    expect(outcome?.error).toStartWith('the receiver answered 307');
    await redirecting.stop();
    await expectNoConnection();
  });
});

describe('The resolution of a name', () => {
  test('Happens once for each batch, so that the address that is connected to is the one that was checked', async () => {
    const receiver = await startReceiver(answerWith(204));
    let asked = 0;
    const resolve = async () => {
      asked++;
      return asked === 1 ? ['127.0.0.1'] : ['127.0.0.9'];
    };
    // The machine cannot resolve this name, so only the address that was checked can be connected to.
    const { sendTo } = createSender({ resolve });
    expect(await sendTo(`http://hooks.example:${receiver.port}/`)).toMatchObject({ error: null });
    expect({ asked, connections: receiver.connections() }).toEqual({ asked: 1, connections: 1 });
    await receiver.stop();
  });

  test.each([
    ['fails', () => Promise.reject(new Error('ENOTFOUND')), 'cannot be resolved'],
    ['finds nothing', async () => [], 'has no address'],
  ])('That %s lets a new endpoint through, and fails its deliveries', async (_, resolve, error) => {
    const { timer, sendTo } = createSender({ resolve, allowPrivate: false });
    const checkUrl = createCheckWebhookUrl(timer, { allowPrivate: false, resolve });
    expect((await checkUrl('https://hooks.example/')).isOk()).toBe(true);
    expect((await sendTo('https://hooks.example/'))?.error).toContain(error);
  });

  test('Puts the addresses of IPv4 first, each in the order of the name server', async () => {
    const resolve = async () => ['2606:4700::2', '1.1.1.2', '2606:4700::1', '1.1.1.1'];
    const find = createFindReceiver(createSender().timer, { allowPrivate: false, resolve });
    const { addresses } = (await find('https://hooks.example/'))._unsafeUnwrap();
    expect(addresses).toEqual(['1.1.1.2', '1.1.1.1', '2606:4700::2', '2606:4700::1']);
  });

  test('Is given up after 5 seconds', async () => {
    const { timer, sendTo } = createSender({ resolve: () => new Promise(() => {}) });
    const sending = sendTo('https://hooks.example/');
    await timer.advance(5_000);
    expect((await sending)?.error).toBe('the name of its host was not resolved in time');
  });
});

describe('An endpoint in a private network', () => {
  const allowed = createCheckWebhookUrl(createSender().timer, { allowPrivate: true });

  test('Is taken with the setting, over http too, and its refusal names the setting', async () => {
    for (const url of [
      'http://localhost:3001/hooks',
      'http://10.1.2.3/',
      'https://erp.internal/',
      'http://erp/',
    ])
      expect((await allowed(url)).isOk()).toBe(true);
    const refused = createCheckWebhookUrl(createSender().timer, { allowPrivate: false });
    for (const url of ['http://localhost:3001/hooks', 'https://localhost:3001/hooks', 'https://10.1.2.3/'])
      expect((await refused(url))._unsafeUnwrapErr().reason).toContain('WEBHOOK_ALLOW_PRIVATE=1');
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://0.0.0.0:3001/',
    'http://[::ffff:10.0.0.1]/',
    'ftp://10.1.2.3/',
    'http://user@10.1.2.3/',
    'http://10.1.2.3:25/',
  ])('Is refused all the same if it is %s', async (url) => {
    expect((await allowed(url)).isErr()).toBe(true);
  });
});
