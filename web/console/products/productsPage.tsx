import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { useLocation } from '../../frame/location.tsx';
import { focusHeading } from '../../frame/pageFocus.ts';
import { useTitle } from '../../frame/useTitle.ts';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Field } from '../../parts/Field.tsx';
import { Select } from '../../parts/Select.tsx';
import type { Product } from '../../shared/types.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { ListBody } from '../listBody.tsx';
import type { PageProps } from '../page.tsx';
import { useKeptFocus } from '../useKeptFocus.ts';
import { useList } from '../useList.ts';
import { type ProductAddress, productAddress, readProductAddress } from './productAddress.ts';
import { productListPath } from './productApi.ts';
import { ProductTable } from './productTable.tsx';

/** The rules of a product come with its dialog. To look for products needs none of them. */
const LazyProductDialog = createLazyPart(async () => (await import('./productDialog.tsx')).ProductDialog);
const LazyNewProductDialog = createLazyPart(
  async () => (await import('./newProductDialog.tsx')).NewProductDialog,
);

/** All products, to search and to change. What one looks at is in the address, the open product too. */
export const ProductsPage = ({ words }: PageProps<ConsoleProductWords>) => {
  const { can, words: around } = useConsole();
  const { access, frame } = around.value;
  const { query, route } = useLocation();
  const address = readProductAddress(query);
  // The list of archived products is not asked for by who may not see it.
  const isClosed = address.isArchived && !can('products:write');
  const list = useList<Product>(productListPath(isClosed ? { ...address, isArchived: false } : address));
  useTitle(words.title);
  useFocusAfterDialog(address.open);
  // The list may come after the dialog has closed, without the row that has the focus by then.
  const keptFocus = useKeptFocus();

  const go = (changes: Partial<ProductAddress>, isReplacing = false) =>
    route(productAddress({ ...address, ...changes }), isReplacing);
  const close = () => go({ open: null });
  return (
    <div class="page wide" {...keptFocus}>
      <div class="row between">
        <h1>{words.title}</h1>
        <Allowed needs="products:write" look="main" onPress={() => go({ open: 'new' })}>
          {words.create}
        </Allowed>
      </div>
      <Filters address={address} words={words} onChange={go} />
      {isClosed ? (
        <EmptyState title={words.archived}>{access.needs('products:write')}</EmptyState>
      ) : (
        <ListBody
          list={list}
          empty={<Nothing address={address} words={words} />}
          cursor={address.cursor}
          hrefAt={(cursor) => productAddress({ ...address, cursor })}
          labels={frame}
        >
          {(products) => (
            <ProductTable
              products={products}
              words={words}
              hrefOf={({ id }) => productAddress({ ...address, open: id })}
            />
          )}
        </ListBody>
      )}
      {address.open === 'new' ? (
        <LazyNewProductDialog
          words={words}
          onClose={close}
          onMade={(id) => {
            void list.load();
            go({ open: id }, true);
          }}
        />
      ) : address.open === null ? null : (
        <LazyProductDialog
          key={address.open}
          id={address.open}
          words={words}
          onClose={close}
          onChanged={() => void list.load()}
        />
      )}
    </div>
  );
};

/** The dialog is gone with its address, and the focus goes back to what has opened it. */
const useFocusAfterDialog = (open: string | null): void => {
  const last = useRef(open);
  useLayoutEffect(() => {
    const left = last.current;
    last.current = open;
    if (open !== null || left === null) return;
    const opener = document.querySelector<HTMLElement>(`[data-open="${CSS.escape(left)}"]`);
    if (opener === null) focusHeading();
    else opener.focus();
  }, [open]);
};

type FiltersProps = {
  readonly address: ProductAddress;
  readonly words: ConsoleProductWords;
  readonly onChange: (changes: Partial<ProductAddress>, isReplacing?: boolean) => void;
};

/** Not to ask for each letter. */
const typingPauseMs = 150;

const Filters = ({ address, words, onChange }: FiltersProps) => {
  const [typed, setTyped] = useState(address.q);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // Another filter may be chosen during the pause.
  const latest = useRef(onChange);
  latest.current = onChange;
  // Back, and a link to a filter, change what is in the field.
  useLayoutEffect(() => setTyped(address.q), [address.q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (q: string) => {
    setTyped(q);
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => latest.current({ q: q.trim().slice(0, 200), cursor: null }, true),
      typingPauseMs,
    );
  };
  const types = Object.entries<string>(words.types);
  return (
    <div class="filters">
      <Field label={words.search} name="q" type="search" autoComplete="off" value={typed} onInput={type} />
      <Select
        label={words.type}
        value={address.type}
        options={[
          { value: '', label: words.anyType },
          ...types.map(([value, label]) => ({ value, label })),
          // An address may name a type that is newer than this page.
          ...(address.type === '' || types.some(([value]) => value === address.type)
            ? []
            : [{ value: address.type, label: address.type }]),
        ]}
        onChange={(value) => onChange({ type: value, cursor: null })}
      />
      <Select
        label={words.shown}
        value={address.isArchived ? 'archived' : 'onSale'}
        options={[
          { value: 'onSale', label: words.onSale },
          { value: 'archived', label: words.archived },
        ]}
        onChange={(value) => onChange({ isArchived: value === 'archived', cursor: null })}
      />
    </div>
  );
};

const Nothing = ({ address, words }: Pick<FiltersProps, 'address' | 'words'>) => {
  const isFiltered = address.q !== '' || address.type !== '';
  if (isFiltered) return <EmptyState title={words.nothingFound}>{words.nothingFoundText}</EmptyState>;
  return address.isArchived ? (
    <EmptyState title={words.nothingArchived}>{words.nothingArchivedText}</EmptyState>
  ) : (
    <EmptyState title={words.empty}>{words.emptyText}</EmptyState>
  );
};
