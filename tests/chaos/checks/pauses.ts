import { groupBy } from '../grouping.ts';
import type { Snapshot } from '../snapshot.ts';
import { type Violation, violation } from '../violation.ts';

/**
 * Each pause of an operator has ended once, and no mail has spent a try without having arrived at the mail server. The
 * pause of a fault may stay where no task waits for it: then its next task is its probe.
 */
export const checkPauses = ({ pauses, activity, triedMails }: Snapshot): Violation[] => {
  const endsOf = groupBy(
    activity.filter(({ action }) => action === 'pause.end'),
    ({ target }) => target,
  );
  return [
    ...pauses
      .filter(({ origin }) => origin === 'operator')
      .map(({ id }) => violation('pause_left', id, 'no operator ended it')),
    ...activity
      .filter(({ action, target }) => action === 'pause.begin' && endsOf.get(target)?.length !== 1)
      .map(({ target }) =>
        violation('pause_activity_differs', target, `it ended ${endsOf.get(target)?.length ?? 0} times`),
      ),
    ...triedMails
      .filter(({ tries, arrivals }) => tries > arrivals)
      .map(({ taskId, tries, arrivals }) =>
        violation('try_spent', taskId, `${tries} tries, and the mail arrived ${arrivals} times`),
      ),
  ];
};
