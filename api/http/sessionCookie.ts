/**
 * The session of a page is its token, in a cookie that no script can read. `__Host-` makes a browser refuse it without
 * `Secure`, and from another host of the domain. Demo mode runs on plain http, where some browsers keep no such cookie.
 */
export const sessionCookieName = (demo: boolean): string => (demo ? 'cw' : '__Host-cw');

/** A browser keeps 4,096 bytes of a cookie, with its name. A longer token is cut into numbered cookies. */
const partBytesMax = 3_584;
/** A token has at most 8 KiB. */
const partsMax = 3;

/**
 * The token in the cookie of a page of this origin; null without one. `Sec-Fetch-Site` is set by the browser, and no
 * script can change it: a form or a script of any other site, or an old browser, has no session here.
 */
export const sessionTokenOf = (headers: Headers, name: string): string | null => {
  if (headers.get('sec-fetch-site') !== 'same-origin') return null;
  const cookies = readCookies(headers);
  const whole = cookies.get(name);
  if (whole !== undefined) return whole;
  const first = cookies.get(`${name}-1`);
  if (first === undefined) return null;
  return [
    first,
    ...partNames(name)
      .slice(1)
      .map((part) => cookies.get(part) ?? ''),
  ].join('');
};

/** The first of two cookies with one name counts: browsers send the one with the longer path first. */
const readCookies = (headers: Headers): ReadonlyMap<string, string> => {
  const cookies = new Map<string, string>();
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals > 0 && !cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim());
  }
  return cookies;
};

const partNames = (name: string): readonly string[] =>
  Array.from({ length: partsMax }, (_, index) => `${name}-${index + 1}`);

/** The values of `Set-Cookie` that store the token, and remove the cookies of an earlier one that it does not replace. */
export const cookiesOfSession = (
  headers: Headers,
  name: string,
  token: string,
  maxAgeSeconds: number,
): readonly string[] => {
  const parts = token.match(new RegExp(`.{1,${partBytesMax}}`, 'g')) ?? [];
  const [single] = parts;
  const written: readonly (readonly [string, string])[] =
    parts.length === 1 && single !== undefined
      ? [[name, single]]
      : parts.map((part, index) => [`${name}-${index + 1}`, part]);
  const names = new Set(written.map(([each]) => each));
  return [
    ...written.map(([each, value]) => writeCookie(each, value, maxAgeSeconds)),
    ...namesSent(headers, name)
      .filter((each) => !names.has(each))
      .map(removeCookie),
  ];
};

/** The values of `Set-Cookie` that end the session. The first is there even if the request has no cookie of ours. */
export const cookiesOfNoSession = (headers: Headers, name: string): readonly string[] =>
  [...new Set([name, ...namesSent(headers, name)])].map(removeCookie);

const namesSent = (headers: Headers, name: string): readonly string[] => {
  const cookies = readCookies(headers);
  return [name, ...partNames(name)].filter((each) => cookies.has(each));
};

const writeCookie = (name: string, value: string, maxAgeSeconds: number): string =>
  `${name}=${value}; Path=/; HttpOnly;${name.startsWith('__Host-') ? ' Secure;' : ''} SameSite=Strict; Max-Age=${maxAgeSeconds}`;

const removeCookie = (name: string): string => writeCookie(name, '', 0);
