/**
 * An example of a receiver of webhooks. Start it with `WEBHOOK_SECRET=whsec_… bun docs/examples/webhookReceiver.ts`,
 * with the secret that the endpoint was answered with.
 */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

type Event = {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
};

/** `heard` has the ids of events. A real receiver keeps them for 30 days, in the transaction that acts on the event. */
export const receive = async (
  request: Request,
  webhook: Webhook,
  heard: Set<string>,
  act: (event: Event) => Promise<void>,
): Promise<Response> => {
  // The signature is over the body as it was sent, so it is read as text.
  const body = await request.text();
  try {
    // Also refuses a request that is more than five minutes old.
    webhook.verify(body, Object.fromEntries(request.headers));
  } catch (cause) {
    if (!(cause instanceof WebhookVerificationError)) throw cause;
    return new Response('the signature is wrong', { status: 401 });
  }
  const event: Event = JSON.parse(body);
  // An event comes again if our answer was lost. Its id is the same.
  if (!heard.has(event.id)) await act(event);
  heard.add(event.id);
  return new Response(null, { status: 204 });
};

if (import.meta.main) {
  const [heard, webhook] = [new Set<string>(), new Webhook(Bun.env.WEBHOOK_SECRET ?? '')];
  const show = async ({ type, subject }: Event) => console.log(type, subject);
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 4_001,
    fetch: (request) => receive(request, webhook, heard, show),
  });
  console.log(`the receiver listens on ${server.url}`);
}
