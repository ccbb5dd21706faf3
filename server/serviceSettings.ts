import { err, ok } from 'neverthrow';
import type { StepServiceSettings } from '../adapters/services/stepServices.ts';
import type { StepService } from '../core/pipelines/pipeline.ts';
import { type Kinds, showScheme } from './settingKinds.ts';

/** Services of other companies that do steps of orders. */
export const serviceSettings = ({ address, setting }: Kinds) => {
  const url = (name: string, doc: string) =>
    address(
      {
        name,
        doc,
        show: showScheme,
        read: (text) => {
          const { protocol = '', hostname, username, password } = URL.parse(text) ?? {};
          return /^https?:$/.test(protocol) && hostname && !username && !password
            ? ok(text)
            : err('write a URL like https://carrier.example.com/shipments, without a user or password');
        },
      },
      ['https', 'http'],
      'https://carrier.example.com/shipments',
    );
  return {
    stepServices: {
      carrier: url(
        'SHIPMENT_SERVICE_URL',
        'The carrier that orders of goods are sent to ([how](#services-that-do-a-step)). If it is not set, shipments are written down in the database.',
      ),
      invoiceService: url(
        'INVOICE_SERVICE_URL',
        'The service that issues the invoices. If it is not set, the shop numbers and issues them.',
      ),
      productService: url(
        'PRODUCT_SERVICE_URL',
        'The service that issues licences and books places. If it is not set, the shop does both.',
      ),
      secret: setting<string | null>({
        name: 'SERVICE_SECRET',
        fallback: null,
        doc: 'Signs what is sent to the three services, as Standard Webhooks are signed: `whsec_` and the base64 of 24 to 64 random bytes.',
        read: (text) =>
          isServiceSecret(text)
            ? ok(text)
            : err(
                'write whsec_ and the base64 of 24 to 64 bytes, such as: echo whsec_$(openssl rand -base64 32)',
              ),
        show: () => 'has the wrong form',
      }),
    },
  };
};

const isServiceSecret = (text: string): boolean => {
  const [, base64 = ''] =
    /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? [];
  const bytes = Math.floor((base64.replaceAll('=', '').length * 3) / 4);
  return bytes >= 24 && bytes <= 64;
};

type ServiceSettings = ReturnType<typeof serviceSettings>['stepServices'];

/** Null if no service has a URL. Also null if the secret is missing, which `findServiceConflicts` reports. */
export const stepServicesOf = ({
  secret,
  carrier,
  invoiceService,
  productService,
}: ServiceSettings): StepServiceSettings | null => {
  const urls = {
    ...(carrier === null ? {} : { carrier }),
    ...(invoiceService === null ? {} : { invoice_service: invoiceService }),
    ...(productService === null ? {} : { product_service: productService }),
  };
  return secret === null || Object.keys(urls).length === 0 ? null : { urls, secret };
};

/** The services that have a URL. */
export const stepServiceNames = (settings: StepServiceSettings | null): readonly StepService[] =>
  Object.keys(settings?.urls ?? {}) as StepService[];

const urlNames = ['SHIPMENT_SERVICE_URL', 'INVOICE_SERVICE_URL', 'PRODUCT_SERVICE_URL'];

/** A service must be able to tell our requests from those of others. */
export const findServiceConflicts = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  (env.SERVICE_SECRET ?? '') === ''
    ? urlNames
        .filter((name) => (env[name] ?? '') !== '')
        .map((name) => `SERVICE_SECRET is not set, but ${name} needs it: requests are signed with it`)
    : [];
