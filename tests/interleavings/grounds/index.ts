import { archivedGround, monthGround } from './archive.ts';
import { booksGround, keysGround } from './books.ts';
import {
  cancelledKeyGround,
  declinedGround,
  payingGround,
  pendingGround,
  takenOverGround,
} from './checkouts.ts';
import { subscribedGround } from './events.ts';
import { leftInvoiceGround, uninvoicedGround } from './invoices.ts';
import { parkedGround, probingGround } from './pauses.ts';
import { completedGround, refundingGround } from './refunds.ts';
import { batchGround, runGround } from './runs.ts';
import { sharedGround, strayGround, twoRefundsGround, unassignedGround } from './sharedRefunds.ts';
import { failedGround, paidGround, rescuedGround, runningGround } from './tasks.ts';

export const grounds = [
  pendingGround,
  payingGround,
  cancelledKeyGround,
  declinedGround,
  takenOverGround,
  paidGround,
  runningGround,
  rescuedGround,
  failedGround,
  completedGround,
  refundingGround,
  sharedGround,
  strayGround,
  unassignedGround,
  twoRefundsGround,
  uninvoicedGround,
  leftInvoiceGround,
  parkedGround,
  probingGround,
  subscribedGround,
  runGround,
  batchGround,
  monthGround,
  archivedGround,
  booksGround,
  keysGround,
] as const;
