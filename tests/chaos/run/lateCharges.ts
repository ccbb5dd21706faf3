import type { SeededRandom } from '../../processes/random.ts';
import { openDatabase } from './database.ts';
import type { Provider } from './provider.ts';

/**
 * Makes late charges from time to time, until the signal aborts: charges that succeed after their payment was
 * declined or cancelled and its orders were released. A provider promises that this does not happen, but it
 * does. Each payment gets at most one.
 */
export const makeLateCharges = async (
  url: string,
  chargeLate: NonNullable<Provider['chargeLate']>,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<void> => {
  const database = openDatabase(url);
  const done = new Set<string>();
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, random.between(300, 1_500)));
    try {
      // A payment without a stored response was released: its key may be charged again.
      const payments = await database.run(`
        select p.id, p.amount, p.currency from payment p
        where p.status in ('declined', 'cancelled') and p.response is not null
        order by p.id desc limit 10`);
      const open = payments.filter(({ id }) => !done.has(String(id)));
      if (open.length === 0) continue;
      const { id, amount, currency } = random.pick(open);
      done.add(String(id));
      await chargeLate({ paymentId: String(id), amount: Number(amount), currency: String(currency) });
    } catch {
      // The database or the provider may be down.
    }
  }
  await database.close();
};
