import { err, ok } from 'neverthrow';
import type { OperatorCommand } from '../activity.ts';
import type { AssignmentFailure, Refund, Refunds } from '../refund.ts';
import type { AsyncResult } from '../result.ts';
import type { World } from '../world.ts';

export type AssignRefund = (assignment: {
  readonly refundId: string;
  readonly orderId: string;
  readonly command?: OperatorCommand;
}) => AsyncResult<Refund, AssignmentFailure>;

/**
 * Assigns a refund that was made at the provider to an order of its charge. Then only one order may be left for the other
 * such refunds of the charge: they get it too.
 */
export const createAssignRefund =
  ({
    refunds,
    world,
  }: {
    readonly refunds: Pick<Refunds, 'adopt' | 'assign'>;
    readonly world: World;
  }): AssignRefund =>
  async ({ refundId, orderId, command }) => {
    const nowMs = world.clock.nowMs();
    const createId = () => world.ids.next(nowMs);
    const assigned = await refunds.assign({ refundId, orderId, createId }, nowMs, command);
    if (assigned.isErr()) return err(assigned.error);
    const { paymentId } = assigned.value;
    if (paymentId === null) return ok(assigned.value);
    const adopted = await refunds.adopt({ paymentId, refunds: [], createId }, nowMs);
    return adopted.isErr() ? err(adopted.error) : ok(assigned.value);
  };
