import { sleep } from '../core/timer.ts';
import type { World } from '../core/world.ts';
import type { Config } from './config.ts';
import type { Finding } from './doctorReport.ts';
import { oauth2ClientOf } from './mailSettings.ts';

const timeoutMs = 8_000;

export const checkMailServer = async (
  { timer }: World,
  { smtpUrl: url, oauth2 }: Pick<Config, 'smtpUrl' | 'oauth2'>,
): Promise<readonly Finding[]> => {
  const part = 'mail server';
  if (url === null)
    return [{ part, state: 'ok', text: 'none: mails are captured and not sent. Set SMTP_URL to send them' }];
  const { probeMailServer } = await import('../adapters/smtp/probe.ts');
  const fault = await probeMailServer(timer, { url, oauth2: oauth2ClientOf(oauth2) });
  const { host, username } = new URL(url);
  const login = username === '' ? 'without a login' : 'and takes the login';
  return [
    fault === null
      ? { part, state: 'ok', text: `${host} answers ${login}` }
      : { part, state: 'wrong', text: `${host}: ${fault.reason}`, advice: mailAdvice(fault) },
  ];
};

const mailAdvice = ({ reason, code }: { readonly reason: string; readonly code: string }): string => {
  if (/certificate/i.test(reason))
    return 'give the server a certificate that this machine trusts, or trust its authority with NODE_EXTRA_CA_CERTS=/path/to/ca.pem. For a server on this machine only: add ?tls.rejectUnauthorized=false to SMTP_URL';
  if (/login|access token/.test(reason))
    return 'check the user and the password in SMTP_URL: write %40 for each @ in them, %3A for each : and %25 for each %. Or check the SMTP_OAUTH_ settings';
  return adviceOf('SMTP_URL', 'the mail server', code);
};

export const checkProvider = async (
  { timer }: World,
  { payment, paymentTimeoutMs }: Pick<Config, 'payment' | 'paymentTimeoutMs'>,
): Promise<readonly Finding[]> => {
  const part = 'payments';
  if (payment.kind === 'simulated')
    return [
      { part, state: 'ok', text: 'are simulated: nobody is charged. Set PAYMENT_PROVIDER=stripe to charge' },
    ];
  const { probeStripe } = await import('../adapters/stripe/probe.ts');
  const reason = await probeStripe(timer, payment, paymentTimeoutMs);
  if (reason === null) return [{ part, state: 'ok', text: 'Stripe answers and takes the key' }];
  const advice = /\b40[13]\b/.test(reason)
    ? 'check STRIPE_API_KEY in the dashboard of Stripe: the key may be revoked, of another account, or lack the right to read charges'
    : adviceOf('STRIPE_API_URL', 'Stripe', '');
  return [{ part, state: 'wrong', text: reason, advice }];
};

/** Any answer will do: a service may refuse a request that is not signed, and no order must be made to test one. */
export const checkServices = async (
  { timer }: World,
  { stepServices }: Pick<Config, 'stepServices'>,
): Promise<readonly Finding[]> => {
  const urls = Object.entries(stepServices?.urls ?? {}).map(([service, url]) => ({
    part: service.replaceAll('_', ' '),
    url,
    setting: settingOf[service] ?? '',
  }));
  return Promise.all(
    urls.map(async ({ part, url, setting }): Promise<Finding> => {
      const { host } = new URL(url);
      const code = await reach(timer, url);
      if (code === null) return { part, state: 'ok', text: `${host} answers` };
      return {
        part,
        state: 'wrong',
        text: `${host} cannot be reached (${code})`,
        advice: adviceOf(setting, 'it', code),
      };
    }),
  );
};

const settingOf: Readonly<Record<string, string>> = {
  carrier: 'SHIPMENT_SERVICE_URL',
  invoice_service: 'INVOICE_SERVICE_URL',
  product_service: 'PRODUCT_SERVICE_URL',
};

/** The code of what went wrong; null if the server has answered. */
const reach = async (timer: World['timer'], url: string): Promise<string | null> => {
  const expiry = new AbortController();
  const asked = fetch(url, { method: 'HEAD', redirect: 'manual', signal: expiry.signal }).then(
    () => null,
    (cause: unknown) => codeOf(cause),
  );
  const code = await Promise.race([
    asked,
    sleep(timer, timeoutMs, { background: true }).then(() => 'ETIMEDOUT'),
  ]);
  expiry.abort();
  return code;
};

/** The code of a failed connection. */
export const codeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'failed';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.cause === undefined ? cause.name : codeOf(cause.cause);
};

/** What to do about a server that cannot be reached. */
export const adviceOf = (setting: string, server: string, code: string): string => {
  if (/CERT|SIGNATURE|ISSUER/i.test(code))
    return `give ${server} a certificate that this machine trusts, or trust its authority with NODE_EXTRA_CA_CERTS=/path/to/ca.pem`;
  if (/NOTFOUND|EDNS|EAI_AGAIN/.test(code))
    return `check the host in ${setting}, and the DNS of this machine`;
  return `check that ${server} runs, the host and the port in ${setting}, and the firewall`;
};
