import type { Product } from '../../shared/types.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';

/** What each part of the dialog of a product gets. */
export type ProductPartProps = {
  readonly product: Product;
  readonly words: ConsoleProductWords;
  readonly onChanged: (changed: Product, said: string) => void;
  /** A change may have been made, and nobody has said so: the product is read anew. */
  readonly onDoubt: () => void;
};
