import type { OverviewWords } from './consoleEnOverview.ts';

export const consoleViOverview: OverviewWords = {
  title: 'Tổng quan',
};
