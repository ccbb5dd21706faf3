import { useRef, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Choices } from '../../parts/Choices.tsx';
import { Field } from '../../parts/Field.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Note } from '../../parts/Note.tsx';
import { formatCount } from '../../shared/money.ts';
import type { Product } from '../../shared/types.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { createProductApi } from './productApi.ts';
import type { ProductPartProps } from './productPart.ts';
import { type ReadWish, readWish, type StockWish, type WishProblem } from './stockForm.ts';
import { useCommand } from './useCommand.ts';

type StockPartProps = ProductPartProps & {
  /** The stock is another one than was shown. */
  readonly onSeen: (product: Product) => void;
};

/** What somebody else has made of the stock meanwhile. */
type Conflict = { readonly was: number | null; readonly is: number | null };

/** The stock, changed by a number of units, or set if it still is what one sees. */
export const StockPart = ({ product, words, onChanged, onDoubt, onSeen }: StockPartProps) => {
  const { call } = useConsole();
  const language = useLanguage();
  const texts = words.changeStock;
  const [wish, setWish] = useState<StockWish>({ mode: 'add', text: '' });
  const [problem, setProblem] = useState<WishProblem | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const { isBusy, failure, run } = useCommand(onDoubt);
  const say = (stock: number | null): string =>
    stock === null ? texts.endless : stock === 0 ? words.soldOut : texts.units(formatCount(stock, language));

  const edit = (changes: Partial<StockWish>) => {
    setWish({ ...wish, ...changes });
    setProblem(null);
    setConflict(null);
  };
  const send = async () => {
    const read = readWish(wish, product.stock);
    if (read.kind === 'problem') {
      setProblem(read.problem);
      field.current?.focus();
      return;
    }
    setConflict(null);
    await run(
      () => createProductApi(call).change(product.id, { stock: read.change }),
      (changed) => {
        setWish({ ...wish, text: '' });
        onChanged(changed, texts.changed(changed.name, say(changed.stock)));
        field.current?.focus();
      },
      (refused) => {
        if (refused.kind !== 'problem' || refused.problem.code !== 'stock_changed') return false;
        const is = refused.problem.stock ?? null;
        setConflict({ was: product.stock, is });
        onSeen({ ...product, stock: is });
        return true;
      },
    );
  };
  return (
    <section class="stack tight">
      <h3>{texts.title}</h3>
      <p>{texts.now(say(product.stock))}</p>
      <form
        class="stack tight"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Choices
          label={texts.how}
          value={wish.mode}
          options={[
            { value: 'add', label: texts.add, hint: texts.addHint },
            { value: 'set', label: texts.set, hint: texts.setHint },
            { value: 'endless', label: texts.endless, hint: texts.endlessHint },
          ]}
          onChange={(mode) => edit({ mode })}
        />
        {wish.mode === 'endless' ? (
          problem === null ? null : (
            <p class="problem" role="alert">
              {problemText(problem, texts, say(product.stock))}
            </p>
          )
        ) : (
          <Field
            label={wish.mode === 'add' ? texts.by : texts.to}
            name="stock"
            autoComplete="off"
            value={wish.text}
            onInput={(text) => edit({ text })}
            inputRef={field}
            problem={problem === null ? undefined : problemText(problem, texts, say(product.stock))}
          />
        )}
        {conflict === null ? null : (
          <ConflictNote
            conflict={conflict}
            read={readWish(wish, product.stock)}
            isAdding={wish.mode === 'add'}
            say={say}
            words={texts}
            isBusy={isBusy}
            onGoOn={() => void send()}
            onKeep={() => {
              setConflict(null);
              field.current?.focus();
            }}
          />
        )}
        {failure === null ? null : <FailureNote failure={failure} />}
        {conflict === null ? (
          <div class="row">
            <Allowed needs="products:write" look="soft" type="submit" busy={isBusy}>
              {texts.submit}
            </Allowed>
          </div>
        ) : null}
      </form>
    </section>
  );
};

type StockWords = ProductPartProps['words']['changeStock'];

const problemText = (problem: WishProblem, texts: StockWords, now: string): string =>
  ({
    invalid_by: texts.invalidBy,
    invalid_to: texts.invalidTo,
    zero: texts.zero,
    below: texts.below(now),
    endless_now: texts.endlessNow,
    too_many: texts.tooMany,
    same: texts.same,
  })[problem];

type ConflictNoteProps = {
  readonly conflict: Conflict;
  /** What the same wish would make of the current stock. */
  readonly read: ReadWish;
  readonly isAdding: boolean;
  readonly say: (stock: number | null) => string;
  readonly words: StockWords;
  readonly isBusy: boolean;
  readonly onGoOn: () => void;
  readonly onKeep: () => void;
};

/** Somebody else was quicker. Shows the current stock, and continues from it. */
const ConflictNote = (props: ConflictNoteProps) => {
  const language = useLanguage();
  const { conflict, read, isAdding, say, words, isBusy, onGoOn, onKeep } = props;
  return (
    <Note tone="warn" isAlert>
      <strong>{words.conflict}</strong>
      <p>
        {isAdding
          ? words.conflictLow(say(conflict.is))
          : words.conflictText(say(conflict.was), say(conflict.is))}
      </p>
      <div class="row">
        {read.kind === 'change' ? (
          <Button look="soft" busy={isBusy} autoFocus onPress={onGoOn}>
            {words.goOn(read.next === null ? words.endless : formatCount(read.next, language))}
          </Button>
        ) : null}
        <Button look="quiet" autoFocus={read.kind !== 'change'} onPress={onKeep}>
          {words.keep}
        </Button>
      </div>
    </Note>
  );
};
