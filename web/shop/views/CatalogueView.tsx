import type { ComponentChildren } from 'preact';
import { Combobox } from '../../parts/Combobox.tsx';
import { Money } from '../../parts/Money.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';
import { StatusLine } from '../../parts/StatusLine.tsx';
import type { Product } from '../../shared/types.ts';
import { ProductCard, type ProductCardWords } from './ProductCard.tsx';

type CatalogueWords = ProductCardWords & {
  readonly title: string;
  readonly search: string;
  readonly searchHint: string;
  readonly clear: string;
  readonly suggestions: string;
  readonly nothingFound: string;
  readonly found: (count: number) => string;
  readonly loading: string;
};

type CatalogueViewProps = {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  /** Enter: what stands in the field is meant. */
  readonly onSubmit?: () => void;
  /** Null while one has not typed, or nothing is known yet. */
  readonly suggestions: readonly Product[] | null;
  readonly onSuggestion: (id: string) => void;
  /** Null before the first list came. While a later one is on its way the old one stays. */
  readonly products: readonly Product[] | null;
  readonly isLoading: boolean;
  readonly cardOf: (id: string) => {
    readonly inCart: number;
    readonly isAdding: boolean;
    readonly problem: string | null;
  };
  readonly onAdd: (id: string, quantity: number, name: string) => void;
  /** Below the search field. */
  readonly filter?: ComponentChildren;
  /** In place of the list: that nothing was found, or what went wrong. */
  readonly instead: ComponentChildren;
  readonly pager: ComponentChildren;
  readonly status: ComponentChildren;
  readonly words: CatalogueWords;
};

/** Find a product, and put it in the cart. */
export const CatalogueView = (props: CatalogueViewProps) => {
  const { query, onQuery, suggestions, products, words } = props;
  return (
    <div class="page wide">
      <h1>{words.title}</h1>
      <div class="sticky-search">
        <Combobox
          label={words.search}
          placeholder={words.searchHint}
          value={query}
          onInput={onQuery}
          options={
            suggestions?.map((product) => ({
              id: product.id,
              label: (
                <>
                  <span>{product.name}</span>
                  <span class="soft">
                    <Money value={product.price} />
                  </span>
                </>
              ),
            })) ?? null
          }
          onChoose={props.onSuggestion}
          onSubmit={() => props.onSubmit?.()}
          words={{
            clear: words.clear,
            list: words.suggestions,
            nothing: words.nothingFound,
            found: words.found,
          }}
        />
      </div>
      {props.filter}
      <StatusLine isFloating>{props.status}</StatusLine>
      {props.instead}
      {products === null ? (
        props.instead === null ? (
          <SkeletonRows label={words.loading} rows={4} />
        ) : null
      ) : (
        <ul class="products" aria-busy={props.isLoading ? 'true' : undefined}>
          {products.map((product) => (
            <ProductCard
              key={product.id}
              product={product}
              {...props.cardOf(product.id)}
              onAdd={(quantity) => props.onAdd(product.id, quantity, product.name)}
              words={words}
            />
          ))}
        </ul>
      )}
      {props.pager}
    </div>
  );
};
