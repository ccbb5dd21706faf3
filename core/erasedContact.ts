import type { Contact } from './order.ts';

/** The address of an order whose customer was erased. No mail can go there. */
export const erasedContact: Contact = { email: '', language: null };

/** For the history. */
export const erasedDetail = 'the customer was erased';

export const isErased = ({ email }: Contact): boolean => email === erasedContact.email;
