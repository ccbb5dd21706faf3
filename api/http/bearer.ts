/**
 * The header `Authorization` with a bearer token, or null. Another scheme is not meant for us: a proxy that asks for a
 * password in front of the shop may send it on.
 */
export const bearerHeaderOf = (headers: Headers): string | null => {
  const header = headers.get('authorization');
  return header !== null && scheme.test(header) ? header : null;
};

const scheme = /^bearer(?: |$)/i;
