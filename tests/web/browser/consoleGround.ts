import type { Browser } from 'playwright-core';
import type { TestDatabase } from '../../processes/postgres.ts';
import type { Runtime } from '../../processes/processes.ts';
import { secret } from '../../processes/tokens.ts';
import { type Operator, type OperatorOptions, withOperator } from './operator.ts';
import type { Shop } from './shop.ts';
import { withShop } from './shopGround.ts';

/** A shop that is not in demo mode, so that tokens may name permissions. */
const consoleEnv = { AUTH_SECRET: secret };

export type ConsoleGround = {
  readonly shop: () => Shop;
  /** Opens a browser for an operator, and closes it after the work. */
  readonly visit: (work: (operator: Operator) => Promise<void>, options?: OperatorOptions) => Promise<void>;
};

/** A shop and a browser for the tests of a file of the console. */
export const withConsole = (
  name: string,
  options: {
    readonly createDatabase: () => Promise<TestDatabase>;
    readonly runtime?: Runtime;
    readonly env?: Readonly<Record<string, string>>;
    readonly launch?: (path: string) => Promise<Browser>;
  },
  tests: (ground: ConsoleGround) => void,
): void =>
  withShop(name, { ...options, env: { ...consoleEnv, ...options.env } }, ({ browser, shop }) =>
    tests({
      shop,
      visit: (work, operatorOptions) => withOperator(browser(), shop(), work, operatorOptions),
    }),
  );
