/** Something that must never be, with the id that it is about. */
export type Violation = { readonly rule: string; readonly id: string; readonly detail: string };

export const violation = (rule: string, id: string, detail: string): Violation => ({ rule, id, detail });
