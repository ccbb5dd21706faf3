import type { Kinds } from './settingKinds.ts';

export const limitSettings = ({ whole }: Kinds) => ({
  ordersPendingMax: whole(
    'ORDERS_PENDING_MAX',
    1_000,
    0,
    1_000_000,
    'The most pending orders of one customer. More are refused with 429; 0 is no limit.',
  ),
  declinesMax: whole(
    'DECLINES_MAX',
    5,
    0,
    1_000_000,
    'The most declined payments of one customer, or of one order, in 10 minutes. Further checkouts are refused with 429; 0 is no limit.',
  ),
  challengesMax: whole(
    'CHALLENGES_MAX',
    5,
    0,
    1_000_000,
    'The most checkouts that wait for one customer, for example for 3-D Secure. Further ones are refused with 429; 0 is no limit.',
  ),
});
