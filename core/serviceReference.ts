/** What a step service calls what it did: a tracking number, an invoice number, and a page about it. */
export type ServiceReference = { readonly reference: string | null; readonly url: string | null };

/** The reference of one step of one order. */
export type StepReference = ServiceReference & { readonly orderId: string; readonly step: string };
