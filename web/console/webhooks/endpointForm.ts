import type { Refused } from '../../shared/outcome.ts';
import type { Endpoint, EndpointRequest, EventType } from './webhookApi.ts';

/** What an endpoint can hear. A test holds the names to those of core. */
export const eventTypes: readonly EventType[] = [
  'order.placed',
  'order.paid',
  'order.step',
  'order.completed',
  'order.failed',
  'order.cancelled',
  'order.refunded',
  'checkout.succeeded',
  'checkout.declined',
  'checkout.cancelled',
  'refund.succeeded',
  'refund.failed',
  'payment.disputed',
];

export type EndpointForm = { readonly url: string; readonly events: ReadonlySet<EventType> };

export const emptyForm: EndpointForm = { url: '', events: new Set(eventTypes) };

export const formOf = ({ url, events }: Endpoint): EndpointForm => ({ url, events: new Set(events) });

export type FormProblem = 'url' | 'events';

type ReadForm =
  | { readonly kind: 'request'; readonly request: EndpointRequest }
  | { readonly kind: 'problems'; readonly problems: ReadonlySet<FormProblem> };

/** Whether the shop sends events to a URL is the server's to say. Here it must be one that can be asked about. */
const isUrl = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

export const readForm = ({ url, events }: EndpointForm): ReadForm => {
  const problems = new Set<FormProblem>();
  const trimmed = url.trim();
  if (!isUrl(trimmed)) problems.add('url');
  if (events.size === 0) problems.add('events');
  if (problems.size > 0) return { kind: 'problems', problems };
  // One that is newer than this page stays with its endpoint.
  const newer = [...events].filter((type) => !eventTypes.includes(type));
  const chosen = [...eventTypes.filter((type) => events.has(type)), ...newer];
  return { kind: 'request', request: { url: trimmed, events: chosen } };
};

/** What of an endpoint a form changes. What stays is not sent: the URL would be checked anew. */
export const changeOf = (endpoint: Endpoint, { url, events }: EndpointRequest): Partial<EndpointRequest> => ({
  ...(url !== endpoint.url && { url }),
  ...(events.toSorted().join() !== endpoint.events.toSorted().join() && { events }),
});

/** The server has said no to the URL, and why. */
export const isAboutUrl = ({ problem: { code, errors = [] } }: Refused): boolean =>
  code === 'url_refused' || (code === 'validation_failed' && errors.some(({ path }) => path === '/url'));
