/**
 * The options of nodemailer that the URL of a mail server may have in its query, and the form of their values. Nodemailer
 * itself ignores what it does not know: `?requiretls=true` would send a login as clear text. Left out are those that the
 * URL says in another way (`secure`, `auth`) or that this program sets itself (`logger`, `pool`).
 */
const forms = {
  flag: /^(?:true|false)$/,
  whole: /^\d{1,9}$/,
  text: /^.+$/s,
} as const;

const known: Readonly<Record<string, keyof typeof forms>> = {
  allowInternalNetworkInterfaces: 'flag',
  connectionTimeout: 'whole',
  dnsTimeout: 'whole',
  greetingTimeout: 'whole',
  ignoreTLS: 'flag',
  lmtp: 'flag',
  localAddress: 'text',
  maxResponseSize: 'whole',
  name: 'text',
  opportunisticTLS: 'flag',
  requireTLS: 'flag',
  servername: 'text',
  socketTimeout: 'whole',
  'tls.ca': 'text',
  'tls.cert': 'text',
  'tls.ciphers': 'text',
  'tls.ecdhCurve': 'text',
  'tls.key': 'text',
  'tls.maxVersion': 'text',
  'tls.minVersion': 'text',
  'tls.passphrase': 'text',
  'tls.rejectUnauthorized': 'flag',
  'tls.servername': 'text',
};

/** What is wrong with the options in the query of a mail server's URL. Null if nothing is. */
export const findWrongOption = (url: string): string | null => {
  const query = [...(URL.parse(url)?.searchParams ?? [])];
  const unknown = query.find(([name]) => !Object.hasOwn(known, name));
  if (unknown !== undefined)
    return `its option${shownName(unknown[0])} is not known: remove it, or write one of ${Object.keys(known).join(', ')}`;
  const twice = query.find(([name], index) => query.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) return `write its option ${twice[0]} once`;
  const [wrong] = query.find(([name, value]) => !forms[known[name] ?? 'text'].test(value)) ?? [];
  if (wrong === undefined) return null;
  return `write its option ${wrong} with ${shownForms[known[wrong] ?? 'text']}`;
};

const shownForms = { flag: 'true or false', whole: 'a whole number', text: 'a value' } as const;

/** What is no name may be a part of a password. */
const shownName = (name: string): string => (/^[a-z][a-z.]{0,40}$/i.test(name) ? ` ${name}` : '');
