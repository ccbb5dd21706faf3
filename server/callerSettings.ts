import { err, ok } from 'neverthrow';
import { type Network, parseNetwork } from '../api/http/clientAddress.ts';
import { isOrigin } from '../api/http/cors.ts';
import { type Kinds, listOf, showScheme } from './settingKinds.ts';

/** Whose pages and which proxies are believed. */
export const callerSettings = ({ address, setting }: Kinds) => ({
  /** Null: the shop has no sign-in of its own, or it is in demo mode. */
  signInUrl: address(
    {
      name: 'SIGN_IN_URL',
      doc: 'The page of the identity provider where customers sign in. It gets `return_to` and `state`, and sends them back to `return_to` with `#token=…&state=…`. In demo mode an e-mail address is enough. In production it must be `https`.',
      show: showScheme,
    },
    ['https', 'http'],
    'https://id.example.com/sign-in',
  ),
  corsOrigins: setting<readonly string[]>({
    name: 'CORS_ORIGINS',
    fallback: [],
    doc: 'The origins whose pages may call the API, separated by commas, such as `https://shop.example.com`. Each is compared as it is; credentials are never allowed. If it is not set, only pages of the API’s own origin may call.',
    read: (text) => {
      const origins = listOf(text);
      return origins.every(isOrigin)
        ? ok(origins)
        : err('write origins such as https://shop.example.com,http://localhost:5173, without a path or a *');
    },
  }),
  trustedProxies: setting<readonly Network[]>({
    name: 'TRUSTED_PROXIES',
    fallback: [],
    doc: 'The networks of the proxies in front of the API, separated by commas, such as `10.0.0.0/8,fd00::/8`. Only their `X-Forwarded-For` and `X-Forwarded-Proto` count, for logs, activity and limits.',
    read: (text) => {
      const networks = listOf(text).map(parseNetwork);
      return networks.every((network) => network !== null)
        ? ok(networks)
        : err('write networks such as 10.0.0.0/8, or addresses');
    },
  }),
  /** Null: the shop names nobody. */
  securityContact: setting<string | null>({
    name: 'SECURITY_CONTACT',
    fallback: null,
    doc: 'Where to report a hole in the shop, such as `mailto:security@shop.example` or the URL of a page: `/.well-known/security.txt` says it. If it is not set, there is no such file.',
    read: (text) =>
      /^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:\+[\d-]+)$/.test(text)
        ? ok(text)
        : err('write a URL such as mailto:security@shop.example or https://shop.example/security'),
  }),
});

/** How tokens are checked. */
export const authSettings = ({ address, claimName, claimValue, setting }: Kinds) => ({
  secret: setting<string | null>({
    name: 'AUTH_SECRET',
    fallback: null,
    doc: 'The key of HS256 tokens; in production, 32 bytes or more. If neither this nor `AUTH_JWKS_URL` is set, demo mode is on.',
    read: (text) =>
      text === '' ? err('write 32 bytes or more, such as: openssl rand -base64 48') : ok(text),
    show: () => 'is empty',
    empty: 'wrong',
  }),
  previousSecret: setting<string | null>({
    name: 'AUTH_SECRET_PREVIOUS',
    fallback: null,
    doc: 'The last `AUTH_SECRET`, accepted too while tokens signed with it are in use. To change the secret: move it here, set the new one, start all processes and the gateway again, and remove this one when its last token has expired.',
    read: (text) => ok(text),
    show: () => 'has the wrong form',
  }),
  jwksUrl: address(
    {
      name: 'AUTH_JWKS_URL',
      doc: 'The URL of the public keys (JWKS) of RS256 and ES256 tokens. They are loaded again each minute. In production it must be `https`, and needs `AUTH_ISSUER` and `AUTH_AUDIENCE`.',
      empty: 'wrong',
      show: showScheme,
    },
    ['https', 'http'],
    'https://id.example.com/.well-known/jwks.json',
  ),
  issuer: claimValue('AUTH_ISSUER', 'The `iss` claim that tokens must have; `*` for any.'),
  audience: claimValue('AUTH_AUDIENCE', 'The `aud` claim that tokens must have; `*` for any.'),
  rolesClaim: claimName(
    'AUTH_ROLES_CLAIM',
    'roles',
    'The claim with the list of roles: a name, or a path with dots such as `realm_access.roles`.',
  ),
  emailClaim: claimName(
    'AUTH_EMAIL_CLAIM',
    'email',
    'The claim with the e-mail address: a name, or a path with dots.',
  ),
});
