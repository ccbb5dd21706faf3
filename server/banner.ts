/** What a start tells on standard output once all is ready: where to look, and in demo mode what to try first. */
export const banner = ({
  version,
  role,
  address,
  exampleKey,
}: {
  readonly version: string;
  readonly role: string;
  /** Null where nothing listens. */
  readonly address: string | null;
  /** An audit GUID to try a checkout with; null outside demo mode. */
  readonly exampleKey: string | null;
}): string => {
  const head = `Cartwright ${version} is ready (role: ${role})`;
  if (address === null) return head;
  const places =
    role === 'worker'
      ? [`  Health  ${address}/health/ready`]
      : [`  API   ${address}`, `  Docs  ${address}/docs`];
  return [head, ...places, ...(exampleKey === null ? [] : ['', ...example(address, exampleKey)]), ''].join(
    '\n',
  );
};

/** Whole lines to paste into a shell; sent twice, the last is the double click. */
const example = (address: string, key: string): readonly string[] => [
  'Demo mode: anyone may have a token. Try it:',
  '',
  `  api=${address}; json='content-type: application/json'; first() { grep -o "\\"$1\\":\\"[^\\"]*\\"" | head -1 | cut -d'"' -f4; }`,
  `  token=$(curl -s $api/demo/tokens -H "$json" -d '{"email":"ann@example.com","role":"customer"}' | first token)`,
  `  product=$(curl -s "$api/products?q=dong%20ho" | first id)`,
  `  order=$(curl -s $api/orders -H "$json" -H "authorization: Bearer $token" -d "{\\"productId\\":\\"$product\\",\\"quantity\\":1}" | first id)`,
  `  curl -si $api/checkouts -H "$json" -H "authorization: Bearer $token" -H "idempotency-key: ${key}" -d "{\\"orderIds\\":[\\"$order\\"],\\"payment\\":{\\"method\\":\\"pm_card_visa\\"}}"`,
  `  curl -s $api/orders/$order -H "authorization: Bearer $token"`,
];
