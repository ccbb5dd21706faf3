import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import type { MoneyCase } from './moneyApi.ts';

type Actor = NonNullable<MoneyCase['acknowledgement']>['actor'];

/** Who did it: a person by their address, a program by the name of its key. */
export const actorName = (actor: Actor, { cases }: Pick<ConsoleMoneyWords, 'cases'>): string =>
  'email' in actor ? actor.email : cases.key(actor.name);
