import { createPage } from '../page.tsx';

export const tasksPages = [
  createPage({
    path: '/console/tasks',
    area: 'tasks',
    needs: 'queue:read',
    page: async () => (await import('./tasksPage.tsx')).TasksPage,
    words: {
      en: async () => (await import('../../words/consoleEnTasks.ts')).consoleEnTasks,
      vi: async () => (await import('../../words/consoleViTasks.ts')).consoleViTasks,
    },
  }),
];
