import type { Permission } from '../../core/permission.ts';

/**
 * Who may call each route. A route that is not listed here fails `access.test.ts`, so none is open by accident.
 * - `anyone`: no token is needed.
 * - `customer`, `operator`: the role. An operator whose token names permissions has just those, and not the role.
 * - `owner or …`: customers for what is theirs, and holders of the permission for all.
 */
export type RouteAccess = 'anyone' | 'customer' | 'operator' | `owner or ${Permission}` | Permission;

export const routeAccess: Readonly<Record<string, RouteAccess>> = {
  'GET /health/live': 'anyone',
  'GET /health/ready': 'anyone',
  'GET /': 'anyone',
  'GET /favicon.ico': 'anyone',
  'GET /docs': 'anyone',
  'GET /docs/json': 'anyone',
  'GET /docs/:file': 'anyone',
  'GET /docs/problems': 'anyone',
  'GET /docs/problems/:code': 'anyone',
  'GET /products': 'anyone',
  'GET /products/:id': 'anyone',
  'POST /demo/tokens': 'anyone',
  // The signature of the provider is checked, and no token.
  'POST /webhooks/stripe': 'anyone',
  'POST /products': 'products:write',
  'PATCH /products/:id': 'products:write',
  'POST /orders': 'customer',
  'GET /orders': 'owner or orders:read',
  'GET /orders/:id': 'owner or orders:read',
  'GET /orders/:id/history': 'owner or orders:read',
  'GET /orders/:id/timeline': 'orders:read',
  'GET /activity': 'activity:read',
  'DELETE /orders/:id': 'customer',
  'PATCH /orders/:id': 'customer',
  'POST /checkouts': 'customer',
  'GET /checkouts/:id': 'owner or orders:read',
  'GET /checkouts/:id/invoice': 'owner or orders:read',
  'DELETE /checkouts/:id': 'customer',
  'POST /refunds': 'refunds:write',
  'GET /refunds': 'orders:read',
  'GET /refunds/:id': 'orders:read',
  'POST /refunds/:id/assignment': 'refunds:write',
  'GET /money': 'money:read',
  'GET /money/:check': 'money:read',
  'POST /money/:check/acknowledgements': 'money:write',
  'POST /money/:check/refunds': 'money:write',
  'POST /money/reconciliations': 'money:write',
  'GET /money/reconciliations': 'money:read',
  'GET /money/reconciliations/:id': 'money:read',
  'GET /money/reconciliations/:id/differences': 'money:read',
  'POST /keys': 'keys:write',
  'GET /keys': 'keys:write',
  'DELETE /keys/:id': 'keys:write',
  'GET /queue': 'queue:read',
  'GET /queue/tasks': 'queue:read',
  'POST /queue/retries': 'queue:write',
  'POST /queue/pauses': 'queue:write',
  'DELETE /queue/pauses/:id': 'queue:write',
  'POST /demo/challenges': 'customer',
  'GET /demo/mails': 'operator',
  'GET /demo/charges': 'operator',
};
