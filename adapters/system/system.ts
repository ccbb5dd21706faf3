import { createCalendar } from '../../core/calendar.ts';
import type { Shop } from '../../core/invoice.ts';
import type { World } from '../../core/world.ts';
import { systemClock } from './clock.ts';
import { createTimeOrderedIds } from './ids.ts';
import { createSystemRandom } from './random.ts';
import { systemTimer, yieldToSystemEventLoop } from './timer.ts';

/**
 * The real world: the machine's clock and timers, ids that are unique across processes, and secure random numbers. Only
 * the time zone and the details are the shop's and not the machine's. It traces nothing.
 */
export const createSystemWorld = (shop: Shop = unnamedShop): World => {
  const random = createSystemRandom();
  return {
    clock: systemClock,
    timer: systemTimer,
    ids: createTimeOrderedIds(random),
    random,
    yieldToEventLoop: yieldToSystemEventLoop,
    calendar: createCalendar(shop.timeZone),
    shop,
    traceparent: () => undefined,
  };
};

const unnamedShop: Shop = { name: 'Cartwright', address: '', taxId: '', timeZone: 'UTC' };
