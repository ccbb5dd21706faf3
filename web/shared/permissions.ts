/** What operators may do, as the API names it. A test holds the names to those of the API. */
export const permissionNames = [
  'orders:read',
  'products:write',
  'refunds:write',
  'queue:read',
  'queue:write',
  'money:read',
  'money:write',
  'customers:write',
  'activity:read',
  'keys:write',
  'webhooks:write',
] as const;

export type Permission = (typeof permissionNames)[number];
