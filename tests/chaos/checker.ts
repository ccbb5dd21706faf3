import { checkAcknowledged } from './checks/acknowledged.ts';
import { checkActivity } from './checks/activity.ts';
import { checkAttachments } from './checks/attachments.ts';
import { checkCarried } from './checks/carried.ts';
import { checkCharges } from './checks/charges.ts';
import { checkContacts } from './checks/contacts.ts';
import { checkDrained } from './checks/drained.ts';
import { checkEvents } from './checks/events.ts';
import { checkExpiry } from './checks/expiry.ts';
import { checkFulfilment } from './checks/fulfilment.ts';
import { checkHistory } from './checks/history.ts';
import { checkInvoices } from './checks/invoices.ts';
import { checkMails } from './checks/mails.ts';
import { checkMoneyPage } from './checks/moneyPage.ts';
import { checkPauses } from './checks/pauses.ts';
import { checkProviderRefunds } from './checks/providerRefunds.ts';
import { checkRefunds } from './checks/refunds.ts';
import { checkRequestedInvoices } from './checks/requestedInvoices.ts';
import type { Snapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/** Checks every invariant of a drained shop, id by id. An empty list means that none is broken. */
export const check = (snapshot: Snapshot): readonly Violation[] =>
  [
    checkAcknowledged,
    checkCharges,
    checkRefunds,
    checkProviderRefunds,
    checkEvents,
    checkMoneyPage,
    checkActivity,
    checkHistory,
    checkExpiry,
    checkFulfilment,
    checkInvoices,
    checkRequestedInvoices,
    checkMails,
    checkAttachments,
    checkContacts,
    checkCarried,
    checkPauses,
    checkDrained,
  ].flatMap((rules) => rules(snapshot));
