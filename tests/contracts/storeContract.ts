import { acknowledgementsContract } from './acknowledgements.ts';
import { activityContract } from './activity.ts';
import { adoptedRefundsContract } from './adoptedRefunds.ts';
import { assignedRefundsContract } from './assignedRefunds.ts';
import { checkoutClaimsContract } from './checkoutClaims.ts';
import { checkoutKeysContract } from './checkoutKeys.ts';
import { checkoutNumbersContract } from './checkoutNumbers.ts';
import { checkoutRacesContract } from './checkoutRaces.ts';
import { claimSharesContract } from './claimShares.ts';
import { commandKeysContract } from './commandKeys.ts';
import { contactsContract } from './contacts.ts';
import { customerOrdersContract } from './customerOrders.ts';
import { disputesContract } from './disputes.ts';
import { earlierRefundsContract } from './earlierRefunds.ts';
import { erasedNotesContract } from './erasedNotes.ts';
import { erasureContract } from './erasure.ts';
import { eventBacklogsContract } from './eventBacklogs.ts';
import { eventFollowersContract } from './eventFollowers.ts';
import { eventLeasesContract } from './eventLeases.ts';
import { eventRestartsContract } from './eventRestarts.ts';
import { eventRunsContract } from './eventRuns.ts';
import { eventsContract } from './events.ts';
import { expiryContract } from './expiry.ts';
import { failedEffectsContract } from './failedEffects.ts';
import { failuresContract } from './failures.ts';
import { givenUpCheckoutsContract } from './givenUpCheckouts.ts';
import { groupRefundsContract } from './groupRefunds.ts';
import { groupServicesContract } from './groupServices.ts';
import { groupsContract } from './groups.ts';
import { inboxContract } from './inbox.ts';
import { invoiceHoldersContract } from './invoiceHolders.ts';
import { invoiceServicesContract } from './invoiceServices.ts';
import { invoicesContract } from './invoices.ts';
import { jobsContract } from './jobs.ts';
import { lateChargesContract } from './lateCharges.ts';
import { leasesContract } from './leases.ts';
import { ledgerDecidesContract } from './ledgerDecides.ts';
import { limitsContract } from './limits.ts';
import { mailboxContract } from './mailbox.ts';
import { moneyChecksContract } from './moneyChecks.ts';
import { nothingToPayContract } from './nothingToPay.ts';
import { openPaymentsContract } from './openPayments.ts';
import { orderFieldsContract } from './orderFields.ts';
import { ordersContract } from './orders.ts';
import { outcomesContract } from './outcomes.ts';
import { pausedTasksContract } from './pausedTasks.ts';
import { pausesContract } from './pauses.ts';
import { pipelinesContract } from './pipelines.ts';
import { productChangesContract } from './productChanges.ts';
import { productsContract } from './products.ts';
import { quantityChangesContract } from './quantityChanges.ts';
import { queueContract } from './queue.ts';
import { queueHistoryContract } from './queueHistory.ts';
import { reconciliationsContract } from './reconciliations.ts';
import { redistributedRefundsContract } from './redistributedRefunds.ts';
import { refundedStockContract } from './refundedStock.ts';
import { refundedTasksContract } from './refundedTasks.ts';
import { refundOutcomesContract } from './refundOutcomes.ts';
import { refundRacesContract } from './refundRaces.ts';
import { refundRequestsContract } from './refundRequests.ts';
import { repeatedOutcomesContract } from './repeatedOutcomes.ts';
import { rescuesContract } from './rescues.ts';
import { retentionContract } from './retention.ts';
import { rowFieldsContract } from './rowFields.ts';
import { searchContract } from './search.ts';
import { secondReportsContract } from './secondReports.ts';
import { serverFaultsContract } from './serverFaults.ts';
import { serviceKeysContract } from './serviceKeys.ts';
import { skipsContract } from './skips.ts';
import { stepLedgerContract } from './stepLedger.ts';
import { stepServicesContract } from './stepServices.ts';
import { stockContract } from './stock.ts';
import { stockCheckContract } from './stockCheck.ts';
import { storeUtilitiesContract } from './storeUtilities.ts';
import { strandedOrdersContract } from './strandedOrders.ts';
import { taskCausesContract } from './taskCauses.ts';
import { taskListsContract } from './taskLists.ts';
import type { OpenWithBackdoor } from './testContext.ts';
import { timelineContract } from './timeline.ts';
import { unknownChargesContract } from './unknownCharges.ts';

/** Everything that core expects of a database. `open` opens an empty store in its own world. */
export const storeContract = (name: string, open: OpenWithBackdoor): void => {
  for (const contract of [
    productsContract,
    productChangesContract,
    ordersContract,
    orderFieldsContract,
    rowFieldsContract,
    searchContract,
    checkoutClaimsContract,
    checkoutKeysContract,
    checkoutNumbersContract,
    quantityChangesContract,
    expiryContract,
    outcomesContract,
    repeatedOutcomesContract,
    nothingToPayContract,
    openPaymentsContract,
    checkoutRacesContract,
    commandKeysContract,
    givenUpCheckoutsContract,
    limitsContract,
    stockContract,
    queueContract,
    claimSharesContract,
    taskListsContract,
    taskCausesContract,
    failuresContract,
    skipsContract,
    contactsContract,
    erasureContract,
    erasedNotesContract,
    customerOrdersContract,
    queueHistoryContract,
    leasesContract,
    stepLedgerContract,
    stepServicesContract,
    rescuesContract,
    pausedTasksContract,
    pausesContract,
    serverFaultsContract,
    secondReportsContract,
    pipelinesContract,
    groupServicesContract,
    groupsContract,
    groupRefundsContract,
    invoicesContract,
    invoiceHoldersContract,
    invoiceServicesContract,
    earlierRefundsContract,
    failedEffectsContract,
    jobsContract,
    refundRequestsContract,
    refundOutcomesContract,
    refundedStockContract,
    refundedTasksContract,
    refundRacesContract,
    lateChargesContract,
    unknownChargesContract,
    adoptedRefundsContract,
    assignedRefundsContract,
    redistributedRefundsContract,
    strandedOrdersContract,
    disputesContract,
    inboxContract,
    moneyChecksContract,
    stockCheckContract,
    reconciliationsContract,
    acknowledgementsContract,
    ledgerDecidesContract,
    mailboxContract,
    serviceKeysContract,
    activityContract,
    eventsContract,
    eventBacklogsContract,
    eventFollowersContract,
    eventLeasesContract,
    eventRestartsContract,
    eventRunsContract,
    timelineContract,
    storeUtilitiesContract,
    retentionContract,
  ])
    contract(name, open);
};
