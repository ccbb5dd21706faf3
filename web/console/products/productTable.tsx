import { useLanguage } from '../../parts/language.ts';
import { Money } from '../../parts/Money.tsx';
import { Status } from '../../parts/Status.tsx';
import { Table } from '../../parts/Table.tsx';
import { formatCount } from '../../shared/money.ts';
import type { Product } from '../../shared/types.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';
import { wordOf } from '../../words/words.ts';

type ProductTableProps = {
  readonly products: readonly Product[];
  readonly words: ConsoleProductWords;
  readonly hrefOf: (product: Product) => string;
};

export const ProductTable = ({ products, words, hrefOf }: ProductTableProps) => (
  <Table
    caption={words.list}
    rows={products}
    keyOf={({ id }) => id}
    columns={[
      {
        key: 'name',
        head: words.name,
        cell: (product) => (
          <a href={hrefOf(product)} data-open={product.id}>
            {product.name}
          </a>
        ),
      },
      { key: 'code', head: words.code, cell: ({ code }) => code },
      { key: 'type', head: words.type, cell: ({ type }) => wordOf<string>(words.types, type) ?? type },
      { key: 'price', head: words.price, isNumber: true, cell: ({ price }) => <Money value={price} /> },
      {
        key: 'stock',
        head: words.stock,
        isNumber: true,
        cell: ({ stock }) => <Stock stock={stock} words={words} />,
      },
    ]}
  />
);

const Stock = ({ stock, words }: { readonly stock: number | null; readonly words: ConsoleProductWords }) => {
  const language = useLanguage();
  if (stock === null) return <span class="soft">{words.endless}</span>;
  return stock === 0 ? (
    <Status tone="warn">{words.soldOut}</Status>
  ) : (
    <span>{formatCount(stock, language)}</span>
  );
};
