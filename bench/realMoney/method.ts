/** A payment method that names the time that the provider takes, so that the load generator knows it too. */
export const delayedMethod = {
  write: (delayMs: number): string => `pm_card_visa ${delayMs}`,
  read: (text: string): { readonly method: string; readonly delayMs: number } => {
    const [method = '', delay = '0'] = text.split(' ');
    return { method, delayMs: Number(delay) };
  },
};
