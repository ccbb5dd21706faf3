/**
 * An example of a service that does a step: a carrier that takes shipments. Start it with
 * `SERVICE_SECRET=whsec_… bun docs/examples/carrier.ts`, and the shop with the same secret and
 * `SHIPMENT_SERVICE_URL=http://127.0.0.1:4000/shipments`.
 */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

type ShipmentRequest = {
  readonly taskId: string;
  readonly checkoutId: string;
  readonly orders: readonly { readonly id: string; readonly quantity: number }[];
};

/** By idempotency key. A real service keeps them in its database, in the transaction that takes the shipment. */
type Shipments = Map<string, { readonly body: string; readonly reference: string }>;

const handle = async (request: Request, webhook: Webhook, shipments: Shipments): Promise<Response> => {
  const { pathname } = new URL(request.url);
  if (pathname !== '/shipments' || request.method !== 'POST')
    return refuse(404, 'there is only POST /shipments');
  // The signature is over the body as it was sent, so it is read as text.
  const body = await request.text();
  const key = request.headers.get('idempotency-key') ?? '';
  try {
    // Also refuses a request that is more than five minutes old.
    webhook.verify(body, Object.fromEntries(request.headers));
  } catch (cause) {
    if (cause instanceof WebhookVerificationError) return refuse(401, 'the signature is wrong');
    throw cause;
  }
  const known = shipments.get(key);
  // The shop sends a request again if our answer was lost. The same key is the same shipment.
  if (known !== undefined && known.body !== body) return refuse(422, 'the key has another body');
  if (known !== undefined) return accept(known.reference);

  const { orders }: ShipmentRequest = JSON.parse(body);
  if (orders.some(({ quantity }) => quantity > 1_000))
    return refuse(422, 'more than 1,000 units need a truck');
  const reference = `VN-${String(shipments.size + 1).padStart(6, '0')}`;
  shipments.set(key, { body, reference });
  return accept(reference);
};

const accept = (reference: string): Response =>
  Response.json({ reference, url: `https://carrier.example/track/${reference}` });

/** 4xx but 408, 409, 425 and 429 says no for good. Any other status is asked again later. */
const refuse = (status: number, detail: string): Response =>
  Response.json({ status, detail }, { status, headers: { 'content-type': 'application/problem+json' } });

/** Returns the running server. Port 0 takes a free port. */
export const startCarrier = (secret: string, port: number) => {
  const webhook = new Webhook(secret);
  const shipments: Shipments = new Map();
  return Bun.serve({ hostname: '127.0.0.1', port, fetch: (request) => handle(request, webhook, shipments) });
};

if (import.meta.main) {
  const server = startCarrier(Bun.env.SERVICE_SECRET ?? '', 4_000);
  console.log(`the carrier listens on ${server.url}`);
}
