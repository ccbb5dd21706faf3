/** The text on standard output after a start: the addresses, and in demo mode an example to try. */
export const renderBanner = ({
  version,
  role,
  address,
  exampleKey,
}: {
  readonly version: string;
  readonly role: string;
  /** Null if the process does not listen. */
  readonly address: string | null;
  /** An audit GUID for the example checkout; null outside demo mode. */
  readonly exampleKey: string | null;
}): string => {
  const title = `Cartwright ${version} is ready (role: ${role})`;
  if (address === null) return title;
  const addresses =
    role === 'worker'
      ? [`  Health  ${address}/health/ready`]
      : [`  API   ${address}`, `  Docs  ${address}/docs`];
  const example = exampleKey === null ? [] : ['', ...exampleCommands(address, exampleKey)];
  return [title, ...addresses, ...example, ''].join('\n');
};

/** Whole lines to paste into a shell. Sending the checkout again repeats its response, without a second charge. */
const exampleCommands = (address: string, key: string): readonly string[] => [
  'Demo mode: anyone can get a token. To try a checkout, paste these lines into a shell:',
  '',
  `  api=${address}; json='content-type: application/json'; first() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -1 | cut -d'"' -f4; }`,
  `  token=$(curl -s $api/demo/tokens -H "$json" -d '{"email":"ann@example.com","role":"customer"}' | first token)`,
  `  product=$(curl -s "$api/products?q=dong%20ho" | first id)`,
  `  order=$(curl -s $api/orders -H "$json" -H "authorization: Bearer $token" -d "{\\"productId\\":\\"$product\\",\\"quantity\\":1}" | first id)`,
  `  curl -si $api/checkouts -H "$json" -H "authorization: Bearer $token" -H "idempotency-key: ${key}" -d "{\\"orderIds\\":[\\"$order\\"],\\"payment\\":{\\"method\\":\\"pm_card_visa\\"}}"`,
  `  curl -s $api/orders/$order -H "authorization: Bearer $token"`,
];
