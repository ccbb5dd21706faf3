import { type Context, Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { preferredEncoding } from '../http/contentEncoding.ts';
import { entityTagOf, isHeldByClient } from '../http/entityTag.ts';
import { httpError } from '../http/failures.ts';
import { noPages, type PageFile, type PageSettings } from '../http/pageFiles.ts';
import { pagePolicy, plainPagePolicy, stripePagePolicy } from '../http/pagePolicy.ts';
import { addVary } from '../http/vary.ts';
import { missingPagesPage, renderDocument } from '../render/document.ts';

/** A rendered document: it is the same for everyone, and holds nothing of a customer. */
type RenderedDocument = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly entityTag: string;
};

/** These paths pay. They are a document of their own, because a policy is that of the document that was loaded. */
const payPath = /^\/shop\/(?:pay|checkouts)(?:\/|$)/;

/**
 * The pages of the shop and of the operators, from memory. Which page of the shop a path shows is decided by its script,
 * so every path below `/shop` has the same document. The pages are not in the OpenAPI document: they are no API.
 */
export const createPageRoutes = ({ pages = noPages, demo }: ApiDeps) => {
  const documents = renderDocuments(pages, demo);
  const { assets, images } = pages.files;
  const show = (name: string, request: Request): Response => {
    const document = documents.get(name);
    if (document === undefined) return missingPages();
    const { bytes, headers, entityTag } = document;
    return isHeldByClient(request.headers.get('if-none-match'), entityTag)
      ? new Response(null, { status: 304, headers })
      : new Response(bytes, { headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } });
  };
  const showShop = ({ request, path }: PageContext) => show(payPath.test(path) ? 'pay' : 'shop', request);
  const showConsole = ({ request, path }: PageContext) =>
    show(path === '/console/parts' && documents.has('parts') ? 'parts' : 'console', request);

  return new Elysia()
    .get('/shop', showShop)
    .get('/shop/*', showShop)
    .get('/console', showConsole)
    .get('/console/*', showConsole)
    .get('/assets/:file', ({ request, params, set }) =>
      serveFile(assets.get(params.file), { request, set }, 'public, max-age=31536000, immutable'),
    )
    .get('/images/:file', async ({ request, params, set }) =>
      serveFile(await images.get(params.file)?.(), { request, set }, 'public, max-age=86400'),
    );
};

type PageContext = { readonly request: Request; readonly path: string };

const renderDocuments = (
  { files, shopName, signInUrl, payment }: PageSettings,
  demo: boolean,
): ReadonlyMap<string, RenderedDocument> => {
  // Stripe.js needs the key, so without one there is no reason to load it.
  const loadsStripe = payment.provider === 'stripe' && payment.publishableKey !== null;
  const signIn = demo ? 'demo' : signInUrl;
  return new Map(
    [...(files.documents ?? [])].map(([name, loaded]) => {
      const isStripe = name === 'pay' && loadsStripe;
      const foreignScripts = isStripe ? ['https://js.stripe.com/v3/'] : [];
      const html = renderDocument(loaded, { shopName, signIn, foreignScripts });
      const bytes = new TextEncoder().encode(html);
      const policy = isStripe ? stripePagePolicy : pagePolicy;
      const entityTag = entityTagOf(new TextEncoder().encode(`${policy}\n${html}`));
      return [name, { bytes, headers: documentHeaders(policy, entityTag), entityTag }];
    }),
  );
};

const documentHeaders = (policy: string, entityTag: string) => ({
  'cache-control': 'no-cache',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  etag: entityTag,
});

const missingPages = (): Response =>
  new Response(missingPagesPage, {
    status: 503,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': plainPagePolicy },
  });

const serveFile = (
  file: PageFile | undefined,
  { request, set }: Pick<Context, 'request' | 'set'>,
  cacheControl: string,
): Response => {
  if (file === undefined) throw httpError({ kind: 'not_found' });
  const encoding = preferredEncoding(request.headers.get('accept-encoding'));
  const encoded = encoding === null ? undefined : file.encoded[encoding];
  const isEncoded = encoding !== null && encoded !== undefined;
  const entityTag = isEncoded ? file.entityTag.replace(/"$/, `-${encoding}"`) : file.entityTag;
  addVary(set.headers, 'Accept-Encoding');
  const headers = { 'cache-control': cacheControl, etag: entityTag };
  if (isHeldByClient(request.headers.get('if-none-match'), entityTag))
    return new Response(null, { status: 304, headers });
  return new Response(encoded ?? file.bytes, {
    headers: {
      ...headers,
      'content-type': file.type,
      ...(isEncoded && { 'content-encoding': encoding }),
    },
  });
};
