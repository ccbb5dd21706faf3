import type { Page } from '../page.tsx';

export const tasksPages: readonly Page[] = [];
