import { createPage } from '../page.tsx';

const words = {
  en: async () => (await import('../../words/consoleEnWebhooks.ts')).consoleEnWebhooks,
  vi: async () => (await import('../../words/consoleViWebhooks.ts')).consoleViWebhooks,
};

/** They stand beside the keys: both are how other systems and the shop talk to each other. */
export const webhookPages = [
  createPage({
    path: '/console/webhooks',
    area: 'records',
    needs: 'webhooks:write',
    tab: 'webhooks',
    page: async () => (await import('./endpointsPage.tsx')).EndpointsPage,
    words,
  }),
  createPage({
    path: '/console/webhooks/:id',
    area: 'records',
    needs: 'webhooks:write',
    page: async () => (await import('./endpointPage.tsx')).EndpointPage,
    words,
  }),
];
