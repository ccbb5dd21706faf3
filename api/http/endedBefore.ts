import type { ActivityLog, ActivityQuery } from '../../core/activity.ts';
import type { AsyncResult } from '../../core/result.ts';

/**
 * Whether an operator has ended the target by this action before. What is ended is deleted, and only the activity still
 * knows its id. A second request of a client that lost the first answer is no failure then; an id that never was is one.
 */
export const wasEndedBefore = async (
  activity: ActivityLog,
  { action, target }: { readonly action: 'key.end' | 'pause.end' | 'webhook.end'; readonly target: string },
): AsyncResult<boolean> => {
  const query: ActivityQuery = {
    action,
    target,
    actor: null,
    fromMs: null,
    toMs: null,
    after: null,
    limit: 1,
  };
  return (await activity.list(query)).map(({ items }) => items.length > 0);
};
