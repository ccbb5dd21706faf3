import type { PlannedRequest } from './plan.ts';

/** The bytes of a request, built before the load starts. */
export const bytesOf = (
  plan: { readonly port: number; readonly path: string; readonly headers: Readonly<Record<string, string>> },
  { headers, body }: PlannedRequest,
): Buffer => {
  const bytes = Buffer.from(body);
  const all = {
    host: `localhost:${plan.port}`,
    ...plan.headers,
    ...headers,
    'content-length': String(bytes.length),
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${plan.path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes]);
};
