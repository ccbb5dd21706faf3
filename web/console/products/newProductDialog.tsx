import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Field } from '../../parts/Field.tsx';
import { Note } from '../../parts/Note.tsx';
import type { Outcome } from '../../shared/outcome.ts';
import type { Product } from '../../shared/types.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { focusFirst } from './detailsPart.tsx';
import type { Draft } from './judgeRows.ts';
import { productPath } from './productAddress.ts';
import { createProductApi, type ProductApi } from './productApi.ts';
import { ProductFields } from './productFields.tsx';
import { emptyForm, type FormProblems, type ProductForm, readDraft, refusedFields } from './productForm.ts';
import { useCommand } from './useCommand.ts';

type NewProductDialogProps = {
  readonly words: ConsoleProductWords;
  readonly onClose: () => void;
  readonly onMade: (id: string) => void;
};

type Made =
  | { readonly kind: 'made'; readonly product: Product | null; readonly wasThere: boolean }
  | { readonly kind: 'taken'; readonly product: Product };

const none: FormProblems = new Set();

/** A new product. A code that another one has is said, and nothing is sent: it would overwrite that product. */
export const NewProductDialog = ({ words, onClose, onMade }: NewProductDialogProps) => {
  const { call, toast, words: around } = useConsole();
  const [form, setForm] = useState<ProductForm>(emptyForm);
  const [problems, setProblems] = useState<FormProblems>(none);
  const [taken, setTaken] = useState<Product | null>(null);
  const { isBusy, failure, run } = useCommand();
  const edit = (changes: Partial<ProductForm>) => {
    setForm({ ...form, ...changes });
    setProblems(none);
    setTaken(null);
  };

  const make = async (element: HTMLFormElement) => {
    const read = readDraft(form);
    if (read.kind === 'problems') {
      setProblems(read.problems);
      focusFirst(element, read.problems);
      return;
    }
    const draft = read.value;
    setTaken(null);
    await run(
      () => makeProduct(createProductApi(call), draft),
      (made) => {
        if (made.kind === 'taken') {
          setTaken(made.product);
          setProblems(new Set(['code']));
          return focusFirst(element, new Set(['code']));
        }
        toast.say(made.wasThere ? words.make.replaced(draft.code) : words.make.made(draft.name));
        if (made.product !== null) return onMade(made.product.id);
        toast.say(words.make.madeElsewhere);
        onClose();
      },
      (refused) => {
        const fields = refused.kind === 'problem' ? refusedFields(refused.problem) : none;
        setProblems(fields);
        focusFirst(element, fields);
        return fields.size > 0;
      },
    );
  };
  return (
    <Dialog isOpen isSheet title={words.make.title} closeLabel={around.value.frame.close} onClose={onClose}>
      <form
        class="stack tight"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void make(event.currentTarget);
        }}
      >
        <Field
          label={words.code}
          name="code"
          autoComplete="off"
          required
          value={form.code}
          onInput={(code) => edit({ code })}
          hint={words.make.codeHint}
          problem={
            taken !== null
              ? words.make.taken(taken.name)
              : problems.has('code')
                ? words.invalid.code
                : undefined
          }
        />
        {taken === null ? null : (
          <Note tone="calm">
            <a href={productPath(taken.id)}>{words.make.seeTaken}</a>
          </Note>
        )}
        <ProductFields form={form} problems={problems} words={words} onChange={edit} />
        <Field
          label={words.stock}
          name="stock"
          autoComplete="off"
          value={form.stock}
          onInput={(stock) => edit({ stock })}
          hint={words.make.stockHint}
          problem={problems.has('stock') ? words.invalid.stock : undefined}
        />
        {failure === null ? null : <FailureNote failure={failure} />}
        <div class="row">
          <Allowed needs="products:write" look="main" type="submit" busy={isBusy}>
            {words.make.submit}
          </Allowed>
        </div>
      </form>
    </Dialog>
  );
};

/** The API writes by code, so a product that is there would be overwritten. It is looked for first. */
const makeProduct = async (api: ProductApi, draft: Draft): Promise<Outcome<Made>> => {
  const before = await api.findByCode(draft.code);
  if (before.kind !== 'ok') return before;
  if (before.value !== null) return { ...before, value: { kind: 'taken', product: before.value } };
  const written = await api.upsert([draft]);
  if (written.kind !== 'ok') return written;
  const after = await api.findByCode(draft.code);
  const product = after.kind === 'ok' ? after.value : null;
  return { ...written, value: { kind: 'made', product, wasThere: written.value.created === 0 } };
};
