import { parseConnectionUrl } from 'nodemailer/lib/shared';
import type { SMTPConnectionAuth, SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import { isLoopback } from '../../core/loopback.ts';

/** A mail server, as nodemailer's options. */
export type Server = {
  readonly options: SMTPConnectionOptions;
  readonly auth: SMTPConnectionAuth | null;
  /** True if the login may be sent only over TLS. */
  readonly isLoginSecret: boolean;
};

/** A login by access tokens (OAuth 2) in place of a password. The user is that of the URL. */
export type OAuth2Client = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** The token endpoint. */
  readonly tokenUrl: string;
};

/** Time limits in ms. */
type ConnectionTimeouts = { readonly connectMs: number; readonly idleMs: number };

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`. The query has options of nodemailer, as it parses them itself
 * (`?requireTLS=true`, `?name=shop.example`, `?tls.rejectUnauthorized=false`). Throws for any other URL.
 */
export const parseServerUrl = (
  url: string,
  timeouts: ConnectionTimeouts,
  oauth2: OAuth2Client | null = null,
): Server => {
  if (!/^smtps?:\/\/[^/]/i.test(url))
    throw new Error('the URL of a mail server begins with smtp:// or smtps://');
  const { auth: login, ...parsed } = parseConnectionUrl(url);
  const auth = authOf(login, oauth2, timeouts);
  // Nodemailer uses STARTTLS only if the server offers it, and somebody on the way can take the offer out. So a login
  // needs TLS, unless it goes to this machine or the URL says `?requireTLS=false`.
  const isLoginSecret =
    auth !== null && parsed.requireTLS !== false && !isLoopback(parsed.host ?? 'localhost');
  return {
    options: {
      // From the DNS lookup to the end of the TLS handshake.
      connectionTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.connectMs,
      dnsTimeout: timeouts.connectMs,
      // Also ends an unused session, before the server does (RFC 5321 lets it wait for minutes).
      socketTimeout: timeouts.idleMs,
      ...parsed,
      ...(isLoginSecret ? { requireTLS: true } : {}),
      // Logs would show addresses of customers.
      logger: false,
      debug: false,
      // A session is closed only after it has ended or failed. Nothing more must reach the server then.
      socketCloseTimeout: 0,
    },
    auth,
    isLoginSecret,
  };
};

/** All sessions share one source of access tokens, which asks for a new one only when the last has expired. */
const authOf = (
  login: { user?: string | undefined; pass?: string | undefined } | undefined,
  oauth2: OAuth2Client | null,
  { connectMs }: ConnectionTimeouts,
): SMTPConnectionAuth | null => {
  if (oauth2 === null) return login ?? null;
  const user = login?.user ?? '';
  const { tokenUrl, ...client } = oauth2;
  const tokens = new XOAuth2({ ...client, user, accessUrl: tokenUrl, requestTimeout: connectMs });
  return { type: 'OAUTH2', method: 'XOAUTH2', user, oauth2: tokens };
};
