/**
 * The pipelines and the steps of each, for lists to choose from. The API has no call for them, so a test holds this list
 * to the shop's own.
 */
export const stepsOfPipelines: Readonly<Record<string, readonly string[]>> = {
  physical: ['invoice', 'request_shipment', 'notify_customer'],
  digital: ['issue_licence', 'invoice', 'notify_customer'],
  service: ['book', 'invoice', 'notify_customer'],
  refund: ['refund_charge', 'notify_customer'],
  provider_event: ['act_on_event'],
  reconciliation: ['reconcile_ledger'],
};

export const pipelineNames: readonly string[] = Object.keys(stepsOfPipelines);

/** Of one pipeline, or of any. */
export const stepNames = (pipeline: string | null): readonly string[] => {
  if (pipeline !== null) return stepsOfPipelines[pipeline] ?? [];
  return [...new Set(Object.values(stepsOfPipelines).flat())];
};

/** The choices, and what the address says where it is none of them, so that the page tells the truth. */
export const withCurrent = (names: readonly string[], current: string | null): readonly string[] =>
  current === null || names.includes(current) ? names : [...names, current];
