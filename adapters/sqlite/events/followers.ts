import type { Connection } from '../connection.ts';

type EventKey = { readonly subscriptionId: string; readonly subject: string; readonly sequence: number };

/**
 * Lets the later events of a subject wait as long as the one that has failed. They could not be sent before it, and each
 * claim would read all of them to see that.
 */
export const createHoldFollowers = ({ client }: Connection) => {
  const hold = client.prepare<[object]>(
    `update event set due_ms = $dueMs
     where subscription_id = $subscriptionId and subject = $subject and sequence > $sequence and due_ms < $dueMs`,
  );
  return (failed: EventKey & { readonly dueMs: number }): void => {
    hold.run(failed);
  };
};

/** Ends their wait, because the event before them is sent again sooner. One that has failed itself waits on. */
export const createReleaseFollowers = ({ client }: Connection) => {
  const release = client.prepare<[object]>(
    `update event set due_ms = event.at_ms from webhook_delivery d
     where d.subscription_id = $subscriptionId and d.id = $id and event.subscription_id = d.subscription_id
       and event.subject = d.subject and event.sequence > d.sequence and event.attempts = 0
       and event.due_ms > event.at_ms`,
  );
  return (delivery: { readonly subscriptionId: string; readonly id: string }): void => {
    release.run(delivery);
  };
};
