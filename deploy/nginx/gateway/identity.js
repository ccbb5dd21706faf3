// Whose budget a request spends. `limit_req` asks for it, so it must be synchronous: HS256 can be verified here, and
// RS256 or ES256 cannot. A `sub` that was not verified is never used: anybody could spend the budget of another one.
// biome-ignore lint/style/useNodejsImportProtocol: njs has no `node:`.
import crypto from 'crypto';

const env = process.env;
const secrets = [env.AUTH_SECRET, env.AUTH_SECRET_PREVIOUS].filter((secret) => secret);
const rolesClaim = env.AUTH_ROLES_CLAIM || 'roles';
const leewaySeconds = 30;
const tokenLengthMax = 8192;

/** `customer:ID`, `operator:ID`, `key:HASH`, `refused`, or nothing for a caller that is known by its address alone. */
function caller(r) {
  const token = tokenOf(r);
  if (token === null) return '';
  if (token.startsWith('cwk_')) return `key:${hashOf(token)}`;
  if (secrets.length === 0) return '';
  try {
    const claims = verify(token);
    if (claims === null) return 'refused';
    const roles = claimAt(claims, rolesClaim);
    const isOperator = Array.isArray(roles) && roles.indexOf('operator') >= 0;
    return `${isOperator ? 'operator' : 'customer'}:${claims.sub}`;
  } catch (_) {
    return 'refused';
  }
}

/** As the shop reads it: a bearer token first, and the cookie only of a page of this origin. */
function tokenOf(r) {
  const header = r.headersIn.Authorization;
  if (header !== undefined && /^bearer(?: |$)/i.test(header)) {
    const found = /^bearer +(\S+) *$/i.exec(header);
    return found === null ? null : found[1];
  }
  const cookies = r.headersIn.Cookie;
  if (cookies === undefined || r.headersIn['Sec-Fetch-Site'] !== 'same-origin') return null;
  const values = {};
  cookies.split(';').forEach((pair) => {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals > 0 && values[name] === undefined) values[name] = pair.slice(equals + 1).trim();
  });
  const name = '__Host-cw';
  if (values[name] !== undefined) return values[name];
  const parts = [1, 2, 3].map((part) => values[`${name}-${part}`]);
  return parts[0] === undefined ? null : parts.filter((part) => part !== undefined).join('');
}

/** The claims of a valid token, or null. */
function verify(token) {
  const parts = token.split('.');
  if (token.length > tokenLengthMax || parts.length !== 3) return null;
  if (JSON.parse(decode(parts[0])).alg !== 'HS256') return null;
  const signed = `${parts[0]}.${parts[1]}`;
  if (!secrets.some((secret) => isSame(signatureOf(signed, secret), parts[2]))) return null;
  const claims = JSON.parse(decode(parts[1]));
  const now = Date.now() / 1000;
  const isValid =
    typeof claims.exp === 'number' &&
    claims.exp > now - leewaySeconds &&
    (claims.nbf === undefined || claims.nbf <= now + leewaySeconds) &&
    isExpected(env.AUTH_ISSUER, [claims.iss]) &&
    isExpected(env.AUTH_AUDIENCE, Array.isArray(claims.aud) ? claims.aud : [claims.aud]) &&
    /^[\x21-\x7e]{1,200}$/.test(claims.sub);
  return isValid ? claims : null;
}

function decode(part) {
  return Buffer.from(part, 'base64url').toString();
}

function signatureOf(text, secret) {
  return crypto.createHmac('sha256', secret).update(text).digest('base64url');
}

function hashOf(text) {
  return crypto.createHash('sha256').update(text).digest('base64url');
}

/** Takes as long for a wrong signature as for the right one. */
function isSame(one, other) {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index++)
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}

function isExpected(setting, values) {
  return !setting || setting === '*' || values.indexOf(setting) >= 0;
}

/** As the shop finds a claim: the whole name first, then each dot as the end of a part. */
function claimAt(claims, name) {
  if (claims === null || typeof claims !== 'object') return undefined;
  if (hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const head = name.slice(0, dot);
    if (!hasOwn(claims, head)) continue;
    const found = claimAt(claims[head], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** njs has no `Object.hasOwn`. */
function hasOwn(value, name) {
  return Object.keys(value).indexOf(name) >= 0;
}

export default { caller };
