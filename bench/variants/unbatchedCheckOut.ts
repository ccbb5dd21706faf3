import { err, ok } from 'neverthrow';
import { buildOutcomeRecord, unknownResponse } from '../../core/buildOutcomeRecord.ts';
import type { CheckOut, createCheckOut } from '../../core/usecases/checkOut.ts';

type Parameter = Parameters<typeof createCheckOut>;

/** Like `createCheckOut` in core, but without batches. It shows what batching costs and gains. */
export const createUnbatchedCheckOut =
  ({ audits, provider, wakeup, world }: Parameter[0], { reconcileAfterMs }: Parameter[1]): CheckOut =>
  async ({ requestId, ...command }) => {
    const nowMs = world.clock.nowMs();
    const request = {
      ...command,
      checkoutId: world.ids.next(nowMs),
      recoverAtMs: nowMs + reconcileAfterMs,
    };
    const results = await audits.claimAlone(request, nowMs);
    if (results.isErr()) return err(results.error);
    const claimed = results.value;
    if (claimed.isErr()) {
      const failure = claimed.error;
      if (failure.kind === 'response_dropped') throw new Error('no response is dropped in a bench');
      return failure.kind === 'already_answered'
        ? ok({ response: failure.response, replayed: true })
        : err(failure);
    }

    const { checkoutId: paymentId, amount, method } = claimed.value;
    const outcome = await provider.charge({ paymentId, amount, method });
    const recorded = await audits.recordOutcomes(
      [buildOutcomeRecord(claimed.value, outcome, requestId, world)],
      world.clock.nowMs(),
    );
    if (recorded.isOk()) wakeup.notify();
    const response = recorded.isOk() ? recorded.value[0]?.response : null;
    return ok({ response: response ?? unknownResponse(claimed.value, requestId), replayed: false });
  };
