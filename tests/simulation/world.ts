import { createCalendar } from '../../core/calendar.ts';
import type { World } from '../../core/world.ts';
import { createSeededRandom } from '../processes/random.ts';
import { createIds } from './ids.ts';
import { mix } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export const simulatedShop = {
  name: 'Tiệm Cartwright',
  address: '1 Phố Huế, Hà Nội',
  taxId: '0101234567',
  timeZone: 'UTC',
};
export const simulatedCalendar = createCalendar('UTC');

/** The world of the servers, which have the right time and never end. */
export const createServerWorld = (scheduler: Scheduler, seed: number): World => {
  const random = createSeededRandom(mix(seed, 'server random'));
  return {
    clock: { nowMs: scheduler.nowMs },
    timer: scheduler.timer,
    ids: createIds(mix(seed, 'server ids')),
    random: {
      unit: random.unit,
      bytes: (length) => Uint8Array.from({ length }, () => random.between(0, 255)),
    },
    yieldToEventLoop: async () => {},
    calendar: simulatedCalendar,
    shop: simulatedShop,
    traceparent: () => undefined,
  };
};
