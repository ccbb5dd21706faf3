import { type Guard, redundant } from '../guard.ts';

export const reasons1: readonly Guard[] = [
  redundant(
    'a claim takes only orders that may be claimed, on PostgreSQL',
    [['adapters/postgres/checkout/claim.ts', 'o.status in']],
    `Each change of a status raises the order’s \`seq\`, and the next condition compares that with what was read. It holds alone: “a claim writes only orders that are as it read them”.`,
  ),
  redundant(
    'a retry makes no second checkout, on PostgreSQL',
    [['adapters/postgres/checkout/claim.ts', 'where attempt =']],
    'A retry has the key of its first attempt, on which nothing is inserted: “two checkouts with one key”.',
  ),
  redundant(
    'a claim retries only a payment that may be retried, on PostgreSQL',
    [['adapters/postgres/checkout/claim.ts', 'p.status in']],
    `The orders of a payment change when it does, and each change raises their \`seq\`, which the claim compares: “a claim writes only orders that are as it read them”.`,
  ),
  redundant(
    'a claim updates the stock of held units only, on PostgreSQL',
    [['adapters/postgres/checkout/claim.ts', 'where held >']],
    'It would add nothing to the stock of products that nothing is held of. It saves the lock and the write.',
  ),
  redundant(
    'a declined checkout is counted for its window, on PostgreSQL',
    [['adapters/postgres/checkout/countedCheckouts.ts', 'or\n              p.status =']],
    'A checkout that no longer counts would be deleted some minutes later. What counts is asked for by its status.',
  ),
  redundant(
    'an outcome locks its orders, on PostgreSQL',
    [['adapters/postgres/checkout/recordOutcomes.ts', 'a.id for update']],
    'The update of the orders waits for the same locks, and reads a row anew after it has waited. Without it the stepper breaks no rule in any order of an outcome beside each other verb of an open payment.',
  ),
  redundant(
    'an outcome changes only orders that are paying, on PostgreSQL',
    [['adapters/postgres/checkout/recordOutcomes.ts', 'o.status =']],
    'An outcome is recorded for open payments only, and their lock is held. Their orders are paying then, under this checkout, which the next condition asks for.',
  ),
  redundant(
    'a release updates the stock of held units only, on PostgreSQL',
    [['adapters/postgres/checkout/releasedOrders.ts', 'and held >']],
    'It would add nothing to the stock of products that nothing is held of. It saves the lock and the write.',
  ),
  redundant(
    'two resends of one mail, on PostgreSQL',
    [['adapters/postgres/contacts/contacts.ts', 'on conflict']],
    'A resend locks the order before it reads which mails there are, so the second one sees the mail of the first.',
  ),
  redundant(
    'the end of a dispute resumes open refunds only, on PostgreSQL',
    [['adapters/postgres/disputes/disputes.ts', 'status in']],
    'The job of a refund that has ended is gone, so there is no task to bring forward.',
  ),
  redundant(
    'the end of a dispute resumes tasks that are ready only, on PostgreSQL',
    [['adapters/postgres/disputes/disputes.ts', 'and state =']],
    'Nobody reads when a task is due while it runs, and its report writes that anew. An operator’s retry of a failed one does, too.',
  ),
  redundant(
    'the end of a dispute brings no task later, on PostgreSQL',
    [['adapters/postgres/disputes/disputes.ts', 'run_ms >']],
    'A task that is due already would only change its place among those that are due.',
  ),
  redundant(
    'the events behind one that fails do not come sooner, on PostgreSQL',
    [['adapters/postgres/events/followers.ts', 'e.due_ms <']],
    'A claim takes an event only if none of its subject comes before it, so one that is due sooner is sent no sooner.',
  ),
  redundant(
    'the events behind one that is sent again do not come later, on PostgreSQL',
    [['adapters/postgres/events/followers.ts', 'e.due_ms >']],
    'An event is never due before it has happened, so there is nothing else to bring forward.',
  ),
  redundant(
    'an empty run is ended by its holder only, on PostgreSQL',
    [['adapters/postgres/events/runs.ts', `= \${query.subscriptionId} and lease =`]],
    'The events of the newer run would be sent once more, by a third holder, which is allowed. Its report is refused then: “a report of a run counts under its lease only”.',
  ),
  redundant(
    'all tasks of several orders are locked before the orders, on PostgreSQL',
    [['adapters/postgres/orders/lock.ts', 'id\n    for update']],
    'It takes the tasks in one order. Without it such a method and a worker may wait in a circle; PostgreSQL ends one of them, and that one runs again.',
  ),
  redundant(
    'the snapshots of products are locked by their ids, on PostgreSQL',
    [['adapters/postgres/orders/place.ts', 'for no key update']],
    'Orders of the same products would lock their snapshots in the order in which they were written, and could wait in a circle. PostgreSQL ends one of them, and it runs again.',
  ),
  redundant(
    'an order moves the end of its snapshot forward only, on PostgreSQL',
    [['adapters/postgres/orders/place.ts', 'sold_before <']],
    'Ids rise with time. So only a process whose clock is an hour behind could move the end back, by that hour.',
  ),
  redundant(
    'an import locks its products by code, on PostgreSQL',
    [['adapters/postgres/products/products.ts', 'for no key update']],
    'It takes the rows in one order. Without it imports and changes of the same products may wait in a circle; PostgreSQL ends one of them, and that one runs again.',
  ),
  redundant(
    'a claim of one task locks it, on PostgreSQL',
    [['adapters/postgres/queue/claim.ts', 'query.nowMs}\n    for update']],
    `It runs only after an effect has thrown. Of two claims of one task at once the second could not write its history: the primary key of \`order_state\` refuses it.`,
  ),
];
