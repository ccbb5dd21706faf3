import { Field } from '../../parts/Field.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Select } from '../../parts/Select.tsx';
import { formatMoney } from '../../shared/money.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';
import { isCurrency } from './currencies.ts';
import type { FormField, FormProblems, ProductForm } from './productForm.ts';
import { plainAmount, readTypedAmount } from './readAmount.ts';

type ProductFieldsProps = {
  readonly form: ProductForm;
  readonly problems: FormProblems;
  readonly words: ConsoleProductWords;
  readonly onChange: (changes: Partial<ProductForm>) => void;
};

/** The fields that a new product and a known one share. */
export const ProductFields = ({ form, problems, words, onChange }: ProductFieldsProps) => {
  const language = useLanguage();
  const problemOf = (field: FormField) => (problems.has(field) ? words.invalid[field] : undefined);
  const currency = form.currency.trim().toUpperCase();
  const amount = isCurrency(currency) ? readTypedAmount(form.price, currency) : null;
  const types = Object.entries<string>(words.types);
  return (
    <>
      <Field
        label={words.name}
        name="name"
        autoComplete="off"
        required
        value={form.name}
        onInput={(name) => onChange({ name })}
        problem={problemOf('name')}
      />
      <Select
        label={words.type}
        value={form.type}
        options={[
          ...(form.type === '' ? [{ value: '', label: words.make.chooseType }] : []),
          ...types.map(([value, label]) => ({ value, label })),
          // The product may have a type that is newer than this page.
          ...(form.type === '' || types.some(([value]) => value === form.type)
            ? []
            : [{ value: form.type, label: form.type }]),
        ]}
        onChange={(type) => onChange({ type })}
      />
      {problems.has('type') ? (
        <p class="problem" role="alert">
          {words.invalid.type}
        </p>
      ) : null}
      <Field
        label={words.price}
        name="price"
        autoComplete="off"
        required
        value={form.price}
        onInput={(price) => onChange({ price })}
        hint={
          amount?.kind === 'amount'
            ? words.open.reads(formatMoney({ amount: amount.amount, currency }, language))
            : words.open.priceHint(plainAmount(199_000, isCurrency(currency) ? currency : 'VND'))
        }
        problem={problemOf('price')}
      />
      <Field
        label={words.open.currency}
        name="currency"
        autoComplete="off"
        required
        value={form.currency}
        onInput={(text) => onChange({ currency: text })}
        problem={problemOf('currency')}
      />
      <Field
        label={words.open.picture}
        name="imageUrl"
        type="url"
        autoComplete="off"
        value={form.imageUrl}
        onInput={(imageUrl) => onChange({ imageUrl })}
        hint={words.open.pictureHint}
        problem={problemOf('imageUrl')}
      />
    </>
  );
};
