export const consoleEnOverview = {
  title: 'Overview',
};

export type OverviewWords = typeof consoleEnOverview;
