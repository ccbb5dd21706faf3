import { createPage } from '../page.tsx';
import { webhooksPath } from './webhookAddress.ts';

const words = {
  en: async () => (await import('../../words/consoleEnWebhooks.ts')).consoleEnWebhooks,
  vi: async () => (await import('../../words/consoleViWebhooks.ts')).consoleViWebhooks,
};

/** They stand beside the keys: both are how other systems and the shop talk to each other. */
export const webhookPages = [
  createPage({
    path: webhooksPath,
    area: 'records',
    needs: 'webhooks:write',
    tab: 'webhooks',
    page: async () => (await import('./endpointsPage.tsx')).EndpointsPage,
    words,
  }),
  createPage({
    path: `${webhooksPath}/:id`,
    area: 'records',
    needs: 'webhooks:write',
    page: async () => (await import('./endpointPage.tsx')).EndpointPage,
    words,
  }),
];
