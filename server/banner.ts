import { isLoopback } from '../core/loopback.ts';

/** The address to open in a browser. A process that listens everywhere is also on `localhost`. */
export const addressOf = (host: string | null, port: number): string => {
  if (host === null || isEveryAddress(host)) return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

const isEveryAddress = (host: string): boolean => /^(?:0\.0\.0\.0|[0:]*:[0:]*)$/.test(host);

/** Who could take the demo for a shop: anyone who reaches it. */
export const describeReach = (host: string): string => {
  if (isLoopback(host)) return 'only programs on this machine reach it';
  return isEveryAddress(host)
    ? 'it listens on every address of this machine, so every network of this machine reaches it'
    : `it listens on ${host}, so every machine that reaches this address reaches it`;
};

/** The text on standard output after a start: the addresses, and in demo mode an example to try. */
export const renderBanner = ({
  version,
  role,
  address,
  demo,
}: {
  readonly version: string;
  readonly role: string;
  /** Null if the process does not listen. */
  readonly address: string | null;
  /** Null outside demo mode. `reach` is that of `describeReach`. */
  readonly demo: { readonly reach: string } | null;
}): string => {
  const title = `Cartwright ${version} is ready (role: ${role})`;
  if (address === null) return title;
  const addresses =
    role === 'worker'
      ? [`  Health  ${address}/health/ready`]
      : [
          ...(role === 'checkout' ? [] : [`  Shop  ${address}/shop`]),
          `  API   ${address}`,
          `  Docs  ${address}/docs`,
        ];
  const example = demo === null ? [] : ['', ...exampleCommands(address, demo.reach)];
  return [title, ...addresses, ...example, ''].join('\n');
};

/**
 * Whole lines to paste into a shell, any number of times. The order's id is a fresh UUID, so it can be the key of the
 * checkout. Sending the checkout again repeats its response, without a second charge.
 */
const exampleCommands = (address: string, reach: string): readonly string[] => [
  'WARNING  Demo mode: anyone can get a token of any customer, and of an operator;',
  `         ${reach}.`,
  '         For a real shop set AUTH_SECRET or AUTH_JWKS_URL, and NODE_ENV=production.',
  '',
  'To try a checkout, paste these lines into a shell:',
  '',
  `  api=${address}; json='content-type: application/json'; first() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -1 | cut -d'"' -f4; }`,
  `  token=$(curl -s $api/demo/tokens -H "$json" -d '{"email":"ann@example.com","role":"customer"}' | first token)`,
  `  product=$(curl -s "$api/products?q=dong%20ho" | first id)`,
  `  order=$(curl -s $api/orders -H "$json" -H "authorization: Bearer $token" -d "{\\"productId\\":\\"$product\\",\\"quantity\\":1}" | first id)`,
  `  curl -si $api/checkouts -H "$json" -H "authorization: Bearer $token" -H "idempotency-key: $order" -d "{\\"orderIds\\":[\\"$order\\"],\\"payment\\":{\\"method\\":\\"pm_card_visa\\"}}"`,
  `  until curl -s $api/orders/$order -H "authorization: Bearer $token" | grep '"status":"completed"'; do sleep 0.2; done`,
];
