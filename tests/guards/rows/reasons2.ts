import { type Guard, redundant } from '../guard.ts';

export const reasons2: readonly Guard[] = [
  redundant(
    'a claim of one task skips it if somebody holds it, on PostgreSQL',
    [['adapters/postgres/queue/claim.ts', 'query.nowMs}\n    for update skip locked']],
    `It runs only after an effect has thrown. Of two claims of one task at once the second could not write its history: the primary key of \`order_state\` refuses it.`,
  ),
  redundant(
    'a licence that a unit has already, on PostgreSQL',
    [['adapters/postgres/queue/effects.ts', 'on conflict']],
    'Effect and advance commit together, so a step issues its licences once. Only a task that is moved back by hand comes again, and the keys that the customer has stay then.',
  ),
  redundant(
    'the queue’s history counts tasks that are ready, on PostgreSQL',
    [['adapters/postgres/queue/history.ts', 't.state =']],
    'It is a number for a chart, by which nothing is decided.',
  ),
  redundant(
    'an operator hurries only the probe of a fault, on PostgreSQL',
    [['adapters/postgres/queue/pauses.ts', "{id} and origin = 'fault"]],
    'The statement before it has deleted the pause if it is an operator’s, and such a pause has no probe to hurry.',
  ),
  redundant(
    'probes are sent for faults only, on PostgreSQL',
    [['adapters/postgres/queue/pauses.ts', ') and origin =']],
    'The ids are those of faults: the statement before it has asked for that, and a pause keeps its origin.',
  ),
  redundant(
    'the end of a pause begins with the first parked step, on PostgreSQL',
    [['adapters/postgres/queue/pauses.ts', "step from task where state = '"]],
    'It finds the steps to look at. Which of their tasks go on is asked once more: “the end of a pause resumes parked tasks only”.',
  ),
  redundant(
    'the end of a pause goes on with the next parked step, on PostgreSQL',
    [['adapters/postgres/queue/pauses.ts', 'where t.state =']],
    'It finds the steps to look at. Which of their tasks go on is asked once more: “the end of a pause resumes parked tasks only”.',
  ),
  redundant(
    'a step is accepted once, on PostgreSQL',
    [['adapters/postgres/queue/queue.ts', 's.accepted_ms is null']],
    'A lease is of the step that the task is at, and a step that is done is behind it. So the time of the first acceptance could change only for a task that is moved back by hand.',
  ),
  redundant(
    'a reference of a step that is reported again, on PostgreSQL',
    [['adapters/postgres/queue/references.ts', 'on conflict']],
    'A step is reported as done once, under its lease. Only a task that is moved back to its step by hand reports it again, and the first reference stays then.',
  ),
  redundant(
    'attempts that are counted are counted anew, on PostgreSQL',
    [['adapters/postgres/events/subscriptions.ts', 'attempts > 0']],
    'It would set attempts to 0 that are 0. It saves the write.',
  ),
  redundant(
    'only held units are noted as sold, on PostgreSQL',
    [['adapters/postgres/queue/transitions.ts', 'where held >']],
    'A row of no units would add nothing when it is merged. It saves the row.',
  ),
  redundant(
    'a rescue takes running tasks only, on PostgreSQL',
    [['adapters/postgres/queue/rescue.ts', 'task\n      where state =']],
    'Only a task that runs has the end of a lease, which is the next condition.',
  ),
  redundant(
    'an assignment locks the payment, on PostgreSQL',
    [['adapters/postgres/refunds/adopt.ts', ') for update']],
    'An adoption and a failed refund lock all orders of the charge, and an assignment its order. So they wait for each other there.',
  ),
  redundant(
    'an adoption locks the refunds that it reads, on PostgreSQL',
    [['adapters/postgres/refunds/adopt.ts', 'id for update']],
    'A refund fails under the lock of its payment, and each other end of a refund is under that of its order. A process of 0.2.0, which may run beside, fails an adopted refund without an order under the lock of the refund alone.',
  ),
  redundant(
    'an assignment locks the refund, on PostgreSQL',
    [['adapters/postgres/refunds/adopt.ts', 'refundId} for update']],
    'The refund fails under the lock of the payment, which the assignment holds. A process of 0.2.0, which may run beside, fails it under the lock of the refund alone.',
  ),
  redundant(
    'a refund that is hurried is ready, on PostgreSQL',
    [['adapters/postgres/refunds/refunds.ts', 'and state =']],
    'A task that is due, runs or has failed would only get another time, which nobody reads: a report and a retry write it anew.',
  ),
  redundant(
    'a refund that is hurried comes no later, on PostgreSQL',
    [['adapters/postgres/refunds/refunds.ts', 'run_ms >']],
    'A task that is due, runs or has failed would only get another time, which nobody reads: a report and a retry write it anew.',
  ),
  redundant(
    'the pause of a task by a refund raises the lease, on PostgreSQL',
    [['adapters/postgres/refunds/write.ts', 'lease + 1']],
    'A report counts only for a task that runs, and whoever lets a paused one run again raises its lease.',
  ),
  redundant(
    'a search rebuild locks products by code, on PostgreSQL',
    [['adapters/postgres/search/rebuild.ts', `code limit \${limit} for no key update\`;`]],
    'A name that changes between the read and the write would be folded from its old text, and the writer of the new one folds it as well, after it. The lock takes the rows in the order of those writers, so that none waits in a circle.',
  ),
  redundant(
    'a search rebuild locks snapshots by id, on PostgreSQL',
    [['adapters/postgres/search/rebuild.ts', `id limit \${limit} for no key update\`;`]],
    'A name that changes between the read and the write would be folded from its old text, and the writer of the new one folds it as well, after it. The lock takes the rows in the order of those writers, so that none waits in a circle.',
  ),
  redundant(
    'a search rebuild locks the ended orders, on PostgreSQL',
    [['adapters/postgres/search/rebuild.ts', '} for update']],
    'An order that ends meanwhile brings its row with the current name, or takes it away. Two rebuilds never run at once: “a search rebuild locks its position”. Without the lock, or without its skipping, the rebuild waits for whoever ends an order.',
  ),
  redundant(
    'a search rebuild skips ended orders that somebody holds, on PostgreSQL',
    [['adapters/postgres/search/rebuild.ts', 'of e skip locked']],
    'An order that ends meanwhile brings its row with the current name, or takes it away. Two rebuilds never run at once: “a search rebuild locks its position”. Without the lock, or without its skipping, the rebuild waits for whoever ends an order.',
  ),
  redundant(
    'a search rebuild writes the row of the order’s status, on PostgreSQL',
    [['adapters/postgres/search/rebuild.ts', 'e.status =']],
    'An order has ended once, in one status, so its id alone finds the same row. The status leads the index.',
  ),
];
