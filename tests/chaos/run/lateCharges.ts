import type { Dice } from '../../processes/random.ts';
import { openDatabase } from './database.ts';
import type { Provider } from './provider.ts';

/**
 * Lets money come in, now and then until the signal, for payments that were given up and whose orders were
 * released: something that the provider promises not to do, and that happens. Once for each payment.
 */
export const comeLate = async (
  url: string,
  charge: NonNullable<Provider['chargeLate']>,
  chance: Dice,
  closing: AbortSignal,
): Promise<void> => {
  const database = openDatabase(url);
  const done = new Set<string>();
  while (!closing.aborted) {
    await new Promise((resolve) => setTimeout(resolve, chance.between(300, 1_500)));
    try {
      // One that was released has no answer, and its key may be charged again.
      const given = await database.run(`
        select p.id, p.amount, p.currency from payment p
        where p.status in ('declined', 'cancelled') and p.answer is not null
        order by p.id desc limit 10`);
      const open = given.filter(({ id }) => !done.has(String(id)));
      if (open.length === 0) continue;
      const { id, amount, currency } = chance.pick(open);
      done.add(String(id));
      await charge({ paymentId: String(id), amount: Number(amount), currency: String(currency) });
    } catch {
      // The database or the provider may just be down.
    }
  }
  await database.close();
};
