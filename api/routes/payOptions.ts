import { Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { preferredLanguage } from '../http/language.ts';
import { noPages } from '../http/pageFiles.ts';
import { addVary } from '../http/vary.ts';
import { operation } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { payOptionsJson, renderPayOptions } from '../render/payOptions.ts';

export const createPayOptionsRoute = ({ pages = noPages }: ApiDeps) =>
  new Elysia().get(
    '/checkouts/options',
    ({ request, set }) => {
      addVary(set.headers, 'Accept-Language');
      const language = preferredLanguage(request.headers.get('accept-language')) === 'en' ? 'en' : 'vi';
      return renderPayOptions(pages.payment, language);
    },
    operation({
      tag: 'Checkouts',
      summary: 'See how a checkout can be paid',
      description: 'The payment provider and what a page can offer to a customer.',
      open: true,
      parameters: [
        {
          name: 'Accept-Language',
          in: 'header',
          required: false,
          description: 'The language of the labels, `vi` or `en`. Without it, they are in Vietnamese.',
          schema: { type: 'string' },
          example: 'en',
        },
      ],
      responses: {
        200: { description: 'The options.', schema: payOptionsJson.ref, example: samples.payOptions },
      },
      failures: [],
    }),
  );
