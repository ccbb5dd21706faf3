import type { Page } from '../page.tsx';

export const recordsPages: readonly Page[] = [];
