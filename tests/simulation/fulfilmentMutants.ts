import { type Mutant, mutant } from './mutant.ts';

const scenario = 'services of other companies fail';
const illScenario = 'servers are ill, and what is said of them is lost';
const stockScenario = 'a stock is set while it is sold';

/** The guards of groups, of what step services do, of pauses and of stock. */
export const fulfilmentMutants: readonly Mutant[] = [
  mutant(
    'the one invoice of a checkout',
    'tests/model/effects.ts',
    "if (known !== undefined) return { taskId: id, kind: 'done', detail: known.number };",
    '',
  ),
  mutant(
    'the one key of a checkout at an invoice service',
    'core/usecases/runStep.ts',
    ': callOnce({ service, key: invoiceRequest.key, body })',
    ': callOnce({ service, key: stepKey(taskId, step), body })',
    { scenario },
  ),
  mutant(
    'the one request of a checkout to an invoice service',
    'tests/model/invoiceRequests.ts',
    'if (known !== undefined) return known;',
    'if (known !== undefined && known.answer !== null) return known;',
    { scenario },
  ),
  mutant(
    'the first answer of an invoice service counts',
    'tests/model/invoiceRequests.ts',
    'if (known !== undefined && known.answer !== null) return;',
    '',
    { redundant: 'a service answers one key with one number' },
  ),
  mutant(
    'the key of a step',
    'core/usecases/runStep.ts',
    '? stepServices.call({ service, key: stepKey(taskId, step), body })',
    '? stepServices.call({ service, key: stepKey(taskId, step + String(lease.lease)), body })',
    { scenario },
  ),
  mutant(
    'the body of a request is that of its intent',
    'tests/model/claim.ts',
    'const body = entry === undefined ? ownBody : entry.body;',
    'const body = ownBody;',
    { scenario },
  ),
  mutant(
    'an order that leaves its group does not ask again',
    'tests/model/writeRefund.ts',
    'keepIntent(tables, writes, task, ownId);',
    '',
    { scenario: 'orders leave their group and come back' },
  ),
  mutant(
    'what a service has done counts as gone',
    'tests/model/references.ts',
    'goodsSteps.some((step) => stepReferences.has(stepKey(orderId, step)));',
    'goodsSteps.some((step) => stepReferences.has(stepKey(orderId, step + orderId)));',
    { scenario },
  ),
  mutant(
    'a service that is ill parks the task',
    'core/usecases/runStep.ts',
    "return report({ kind: 'unavailable', error, retryAfterMs });",
    "return report({ kind: 'failed', error });",
    { redundant: 'the task fails and an operator retries it; the kill test counts the tries' },
  ),
  mutant(
    'a step that is paused is not claimed',
    'core/pause.ts',
    'pauses.some((pause) => pause.step === step && pause.taskId !== taskId);',
    'pauses.some((pause) => pause.step === step && pause.taskId !== taskId && pause.failures < 0);',
  ),
  mutant(
    'a pipeline that is paused is not claimed',
    'tests/model/jobs.ts',
    'listPauses(tables).filter(({ step }) => step === null),',
    "listPauses(tables).filter(({ step }) => step === ''),",
  ),
  mutant(
    'a probe that is answered ends the pause',
    'worker/serverFaults.ts',
    ": { kind: 'over' },",
    ": { kind: 'unavailable', reason: 'it is still watched', probeAtMs: Number.MAX_SAFE_INTEGER },",
    { scenario: illScenario },
  ),
  mutant(
    'a probe that is lost is sent again',
    'tests/model/pauses.ts',
    "return probe.state !== 'running' && !(probe.state === 'ready' && probe.runAtMs <= nowMs);",
    'return false;',
    { scenario: illScenario },
  ),
  mutant(
    'a probe is one task',
    'tests/model/pauses.ts',
    "if (pause.origin !== 'fault' || probeAtMs > nowMs) return false;",
    "if (pause.origin !== 'fault') return false;",
    { redundant: 'too many probes cost a server that is ill; the contract suite counts them' },
  ),
  mutant(
    'a pause ends where no task is left',
    'tests/model/pauses.ts',
    'if (!hasUnfinishedTasks(tables, row.pause)) writes.remove(tables.pauses, id);',
    '',
    { redundant: 'the next task that comes is the probe' },
  ),
  mutant(
    'an operator pauses even what is probed',
    'tests/model/pauses.ts',
    "if (isPaused(operators, { pipeline, step: step ?? '' })) return false;",
    '',
    { redundant: 'the claim holds the probe as well' },
  ),
  {
    name: 'the two sweeps of expired orders',
    replacements: [
      {
        file: 'worker/expiry.ts',
        find: 'const first = await cancel(1, 0);',
        replace: 'const first = await cancel(1, Number.MAX_SAFE_INTEGER);',
      },
      {
        file: 'worker/expiry.ts',
        find: 'const lateMs = 600_000;',
        replace: 'const lateMs = Number.MAX_SAFE_INTEGER;',
      },
    ],
    redundant: null,
  },
  mutant(
    'an expired order keeps its quantity',
    'core/orderChange.ts',
    "if (isExpired(order, nowMs)) return err({ kind: 'order_not_pending', status: orderStatusAfter.cancel });",
    '',
    { redundant: 'nobody can pay for it any more, and the sweep cancels it' },
  ),
  mutant(
    'no stock is set that has changed',
    'core/productChange.ts',
    "change.was === stock ? ok(change.set) : err({ kind: 'stock_changed', stock });",
    "change.was === undefined ? err({ kind: 'stock_changed', stock }) : ok(change.set);",
    { scenario: stockScenario },
  ),
  mutant(
    'no stock goes below zero',
    'core/productChange.ts',
    'if (stock === null || stock + change.add < 0)',
    'if (stock === null)',
    { scenario: stockScenario },
  ),
  mutant(
    'orders of one batch share the stock',
    'core/judgeClaims.ts',
    'takeUnits(stock, verdict.value.orders);',
    '',
    { redundant: 'the memory store refuses a stock below zero, and a batch that throws is done one by one' },
  ),
];
