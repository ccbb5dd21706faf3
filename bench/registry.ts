import type { Row } from './row.ts';
import { anyText } from './rows/anyText.ts';
import { cart } from './rows/cart.ts';
import { checkout } from './rows/checkout.ts';
import { events } from './rows/events.ts';
import { flash } from './rows/flash.ts';
import { gateway } from './rows/gateway.ts';
import { growth } from './rows/growth.ts';
import { http } from './rows/http.ts';
import { lone } from './rows/lone.ts';
import { mails } from './rows/mails.ts';
import { page } from './rows/page.ts';
import { pipelines, pipelinesWithMails } from './rows/pipelines.ts';
import { queue } from './rows/queue.ts';
import { realMoney } from './rows/realMoney.ts';
import { scale } from './rows/scale.ts';
import { sqlite } from './rows/sqlite.ts';
import { start } from './rows/start.ts';
import { startup } from './rows/startup.ts';
import { telemetry } from './rows/telemetry.ts';
import { search, vast } from './search/row.ts';

/** All rows, in the order in which they run. */
export const rows: readonly Row[] = [
  start,
  cart,
  realMoney,
  checkout,
  queue,
  pipelines,
  pipelinesWithMails,
  mails,
  flash,
  http,
  sqlite,
  lone,
  telemetry,
  events,
  startup,
  page,
  gateway,
  growth,
  scale,
  search,
  anyText,
  vast,
];
