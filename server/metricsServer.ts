import { serve } from '../api/http/serve.ts';
import type { RenderMetrics } from '../core/metrics.ts';
import { type Timer, withTimeout } from '../core/timer.ts';
import type { Config } from './config.ts';
import { probePort } from './probePort.ts';
import { type Close, createStartError } from './process.ts';

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const plainText = { ...headers, 'content-type': 'text/plain; charset=utf-8' };

/**
 * Serves the metrics on a port of their own, to everyone who can reach it: the network decides who that is. It has nothing
 * else. It goes on while the process stops, because that is when somebody looks.
 */
export const serveMetrics = async (
  render: RenderMetrics,
  { metricsPort: port, host }: Pick<Config, 'metricsPort' | 'host'>,
  timer: Timer,
  closers: Close[],
): Promise<void> => {
  if (port === null) return;
  try {
    await probePort(port, host ?? undefined);
    const server = await serve({ fetch: createFetch(render) }, { port, host });
    closers.push(() => {
      server.closeConnections();
      return withTimeout(timer, closeMs, server.stop(), () => {});
    });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw createStartError(
      `METRICS_PORT=${port} cannot be listened on (${code}). Set it to a port that is free and that this user may listen on.`,
    );
  }
};

/** Nobody who watches should hold up the end of the process. */
const closeMs = 1_000;

const createFetch =
  (render: RenderMetrics) =>
  async (request: Request): Promise<Response> => {
    if (!/^[^/]*\/\/[^/]*\/metrics\/?(?:\?|$)/.test(request.url))
      return new Response('The metrics are at /metrics.\n', { status: 404, headers: plainText });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { ...headers, allow: 'GET, HEAD' } });
    const { contentType, text } = await render(request.headers.get('accept'));
    return new Response(request.method === 'HEAD' ? null : text, {
      headers: { ...headers, 'content-type': contentType, vary: 'accept' },
    });
  };
