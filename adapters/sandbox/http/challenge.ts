import type { Engine } from '../engine.ts';
import { authenticationFailed, confirm, findIntent } from '../intents.ts';

/**
 * The page of a 3-D Secure challenge, `/challenges/{id}?client_secret=…`. With `&outcome=succeed` or `fail`,
 * which is the customer's choice, it confirms the intent and redirects to its `returnUrl`.
 */
export const serveChallenge = async (engine: Engine, request: Request): Promise<Response> => {
  const { pathname, searchParams } = new URL(request.url);
  const id = pathname.slice('/challenges/'.length);
  const secret = searchParams.get('client_secret') ?? '';
  const found = await findIntent(engine, id);
  const intent = found.isOk() ? found.value : null;
  if (intent === null || intent.clientSecret !== secret || intent.returnUrl === null)
    return new Response('There is no such challenge.', { status: 404 });

  const outcome = searchParams.get('outcome');
  if (outcome !== 'succeed' && outcome !== 'fail') return page(id, secret);
  await confirm(engine, secret, outcome === 'fail' ? authenticationFailed : outcome);
  const back = new URL(intent.returnUrl);
  back.searchParams.set('payment_intent', id);
  back.searchParams.set('payment_intent_client_secret', secret);
  back.searchParams.set('redirect_status', outcome === 'fail' ? 'failed' : 'succeeded');
  return Response.redirect(back.href, 303);
};

/** The id and the secret need no escaping in HTML: the sandbox created both. */
const page = (id: string, secret: string): Response => {
  const link = (outcome: string, text: string) =>
    `<p><a href="/challenges/${id}?client_secret=${secret}&amp;outcome=${outcome}">${text}</a></p>`;
  const html = `<!doctype html><title>3-D Secure</title>${link('succeed', 'It is me')}${link('fail', 'It is not me')}`;
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } });
};
