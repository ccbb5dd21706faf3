import { checkAcknowledged } from './checks/acknowledged.ts';
import { checkCharges } from './checks/charges.ts';
import { checkEvents } from './checks/events.ts';
import { checkFulfilment } from './checks/fulfilment.ts';
import { checkHistory } from './checks/history.ts';
import { checkMails } from './checks/mails.ts';
import { checkMoneyPage } from './checks/moneyPage.ts';
import { checkGivenBack } from './checks/refundedMoney.ts';
import { checkRefunds } from './checks/refunds.ts';
import { checkRest } from './checks/rest.ts';
import type { Snapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/** Goes through a shop at rest id by id. An empty list is a shop in which every promise was kept. */
export const check = (snapshot: Snapshot): readonly Violation[] =>
  [
    checkAcknowledged,
    checkCharges,
    checkRefunds,
    checkGivenBack,
    checkEvents,
    checkMoneyPage,
    checkHistory,
    checkFulfilment,
    checkMails,
    checkRest,
  ].flatMap((rules) => rules(snapshot));
