import { createLazyPart } from '../frame/lazyPart.tsx';
import { Opening } from './opening.tsx';

/** Most payments need none of these: they come from the cart, are paid, and show the orders. */
export const LazyPayForm = createLazyPart(
  async () => (await import('./payFormPage.tsx')).PayFormPage,
  Opening,
);
export const LazyBankDialog = createLazyPart(async () => (await import('./bankDialog.tsx')).BankDialog);
export const LazyStockFixes = createLazyPart(async () => (await import('./stockFixes.tsx')).StockFixes);
export const LazySessionDialog = createLazyPart(
  async () => (await import('./sessionDialog.tsx')).SessionDialog,
);

/** Loaded while the bank is asked. */
export const loadPaidNote = async () => (await import('./paidNote.tsx')).PaidNote;
export const LazyPaidNote = createLazyPart(loadPaidNote);
