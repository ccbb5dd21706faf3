import { createPage, type Page } from '../page.tsx';

const words = {
  en: async () => (await import('../../words/consoleEnMoney.ts')).consoleEnMoney,
  vi: async () => (await import('../../words/consoleViMoney.ts')).consoleViMoney,
};

export const moneyPages: readonly Page[] = [
  createPage({
    path: '/console/money',
    area: 'money',
    tab: 'checks',
    needs: 'money:read',
    page: async () => (await import('./moneyPage.tsx')).MoneyPage,
    words,
  }),
  createPage({
    path: '/console/money/:check',
    area: 'money',
    needs: 'money:read',
    page: async () => (await import('./casesPage.tsx')).CasesPage,
    words,
  }),
  createPage({
    path: '/console/refunds',
    area: 'money',
    tab: 'refunds',
    needs: 'orders:read',
    page: async () => (await import('./refundsPage.tsx')).RefundsPage,
    words: {
      en: async () => (await import('../../words/consoleEnRefunds.ts')).consoleEnRefunds,
      vi: async () => (await import('../../words/consoleViRefunds.ts')).consoleViRefunds,
    },
  }),
  createPage({
    path: '/console/reconciliations',
    area: 'money',
    tab: 'reconciliations',
    needs: 'money:read',
    page: async () => (await import('./reconciliationsPage.tsx')).ReconciliationsPage,
    words,
  }),
  createPage({
    path: '/console/reconciliations/:id',
    area: 'money',
    needs: 'money:read',
    page: async () => (await import('./reconciliationPage.tsx')).ReconciliationPage,
    words,
  }),
];
