import { useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { createProductApi } from './productApi.ts';
import { ProductFields } from './productFields.tsx';
import { type FormProblems, formOf, type ProductForm, readChanges, refusedFields } from './productForm.ts';
import type { ProductPartProps } from './productPart.ts';
import { useCommand } from './useCommand.ts';

const none: FormProblems = new Set();

/** Name, kind, price and picture. Only what is another one is sent. */
export const DetailsPart = ({ product, words, onChanged, onDoubt }: ProductPartProps) => {
  const { call } = useConsole();
  // Only what was edited is kept: the rest is the product's as it now is, which others may have changed meanwhile.
  const [edits, setEdits] = useState<Partial<ProductForm>>({});
  const form = { ...formOf(product), ...edits };
  const [problems, setProblems] = useState<FormProblems>(none);
  const { isBusy, failure, run } = useCommand(onDoubt);
  const read = readChanges(form, product);
  const isSame = read.kind === 'value' && Object.keys(read.value).length === 0;

  const save = async (element: HTMLFormElement) => {
    if (read.kind === 'problems') {
      setProblems(read.problems);
      focusFirst(element, read.problems);
      return;
    }
    await run(
      () => createProductApi(call).change(product.id, read.value),
      (changed) => {
        setEdits({});
        onChanged(changed, words.open.saved(changed.name));
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
    <section class="stack tight">
      <h3>{words.open.details}</h3>
      <form
        class="stack tight"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSame) void save(event.currentTarget);
        }}
      >
        <ProductFields
          form={form}
          problems={problems}
          words={words}
          onChange={(changes) => {
            setEdits({ ...edits, ...changes });
            setProblems(none);
          }}
        />
        {failure === null ? null : <FailureNote failure={failure} />}
        <div class="row">
          <Allowed
            needs="products:write"
            look="soft"
            type="submit"
            busy={isBusy}
            blocked={isSame ? words.open.unchanged : undefined}
          >
            {words.open.save}
          </Allowed>
        </div>
      </form>
    </section>
  );
};

/** The first field with a problem has the focus, so that one hears what is wrong with it. */
export const focusFirst = (form: HTMLFormElement, problems: FormProblems): void => {
  const fields = [...form.elements].filter((element) => element instanceof HTMLElement);
  fields.find((element) => problems.has(element.getAttribute('name') as never))?.focus();
};
