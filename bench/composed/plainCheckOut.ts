import { err, ok } from 'neverthrow';
import { outcomeRecordOf, unknownResponse } from '../../core/outcomeRecord.ts';
import type { CheckOut, createCheckOut } from '../../core/usecases/checkOut.ts';

type Parameter = Parameters<typeof createCheckOut>;

/** As core's `checkOut`, for one request at a time: what coalescing costs and gains is seen against it. */
export const plainCheckOut =
  ({ audits, provider, wakeup, world }: Parameter[0], { reconcileAfterMs }: Parameter[1]): CheckOut =>
  async ({ requestId, ...command }) => {
    const nowMs = world.clock.nowMs();
    const request = {
      ...command,
      checkoutId: world.ids.next(nowMs),
      reconcileAtMs: nowMs + reconcileAfterMs,
    };
    const claims = await audits.claim([request], nowMs);
    if (claims.isErr()) return err(claims.error);
    const [claimed] = claims.value;
    if (claimed === undefined) throw new Error('a claim was not answered');
    if (claimed.isErr()) {
      const failure = claimed.error;
      return failure.kind === 'already_answered'
        ? ok({ response: failure.response, replayed: true })
        : err(failure);
    }

    const { checkoutId: paymentId, amount, method } = claimed.value;
    const outcome = await provider.charge({ paymentId, amount, method });
    const settled = await audits.recordOutcomes(
      [outcomeRecordOf(claimed.value, outcome, requestId, world)],
      world.clock.nowMs(),
    );
    if (settled.isOk()) wakeup.notify();
    const response = settled.isOk() ? settled.value[0]?.response : null;
    return ok({ response: response ?? unknownResponse(claimed.value, requestId), replayed: false });
  };
