/** A broken invariant, with the id of the row that it is about. */
export type Violation = { readonly rule: string; readonly id: string; readonly detail: string };

export const violation = (rule: string, id: string, detail: string): Violation => ({ rule, id, detail });
