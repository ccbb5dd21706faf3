import { useEffect, useMemo, useState } from 'preact/hooks';
import { createId } from '../../shared/ids.ts';
import { type CommandState, createKeptCommand } from '../../shared/keptCommand.ts';
import { useConsole } from '../console.ts';
import type { OrdersApi, Refund, RefundBody } from './ordersApi.ts';

export type RefundState = CommandState<RefundBody, Refund>;

/** The refund of an order that this person has begun and that has no final answer yet. */
export const useRefund = (api: OrdersApi, orderId: string) => {
  const { account, pause, refreshes, shared } = useConsole();
  const personId = account.session.value?.customerId ?? '';
  const [state, show] = useState<RefundState>({ kind: 'idle' });
  const command = useMemo(
    () =>
      createKeptCommand<RefundBody, Refund>({
        store: shared,
        // An id has no space, so no person's entry is the beginning of another's.
        name: `cw.refund ${personId} ${orderId}`,
        send: api.requestRefund,
        pause,
        newId: () => createId(),
        nowMs: () => Date.now(),
        show,
      }),
    [personId, orderId],
  );
  useEffect(() => command.stop, [command]);
  const refreshed = refreshes.value;
  useEffect(() => {
    if (personId !== '') void command.resume();
  }, [command, refreshed]);
  return { state, command };
};
