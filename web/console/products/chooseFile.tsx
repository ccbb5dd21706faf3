import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Note } from '../../parts/Note.tsx';
import { Problem } from '../../parts/Problem.tsx';
import { describeFile, type ImportWords } from './describeImport.ts';
import { download } from './download.ts';
import type { FileProblem } from './importTable.ts';

type ChooseFileProps = {
  readonly words: ImportWords;
  readonly isReading: boolean;
  /** Why the last file was not read. */
  readonly problem: FileProblem | null;
  readonly onFile: (file: File) => void;
  readonly onText: (text: string) => void;
};

/** A file by drop or by choice, or pasted rows. */
export const ChooseFile = ({ words, isReading, problem, onFile, onText }: ChooseFileProps) => {
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file !== undefined) onFile(file);
  };
  const isOver = useDrop(take);
  return (
    <section class="stack" aria-busy={isReading ? 'true' : undefined}>
      <h2 class="sr" tabIndex={-1} data-step>
        {words.choose}
      </h2>
      <p class="soft">{words.nothingSent}</p>
      {problem === null ? null : (
        <Note tone="bad" isAlert>
          {describeFile(problem, words)}
        </Note>
      )}
      <div class={isOver ? 'card drop over' : 'card drop'}>
        <p>{isOver ? words.dropNow : words.drop}</p>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,.json,text/csv,application/json"
          aria-label={words.choose}
          hidden
          onChange={(event) => {
            take(event.currentTarget.files);
            // The same file, mended, can be chosen again.
            event.currentTarget.value = '';
          }}
        />
        <Button look="main" busy={isReading} onPress={() => input.current?.click()}>
          {words.choose}
        </Button>
        <p class="small soft">{words.columns}</p>
        <Button look="quiet" onPress={() => download(sampleOf(words), words.sampleName)}>
          <Icon name="download" />
          {words.sample}
        </Button>
      </div>
      <PasteRows words={words} isReading={isReading} onText={onText} />
    </section>
  );
};

/**
 * A file that is dropped anywhere on the page. One that missed the place would replace the page. True while it is over
 * it.
 */
const useDrop = (take: (files: FileList | null | undefined) => void): boolean => {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  // Before the page is painted: a file may come at once.
  useLayoutEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      latest.current(event.dataTransfer?.files);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
};

const PasteRows = ({ words, isReading, onText }: Pick<ChooseFileProps, 'words' | 'isReading' | 'onText'>) => {
  const id = useId();
  const [text, setText] = useState('');
  const [isMissing, setMissing] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  return (
    <form
      class="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(text.trim() === '');
        if (text.trim() === '') area.current?.focus();
        else if (!isReading) onText(text);
      }}
    >
      <div class="field">
        <label for={id}>{words.paste}</label>
        <span class="small soft" id={`${id}-hint`}>
          {words.pasteHint}
        </span>
        <textarea
          class="input"
          id={id}
          ref={area}
          rows={5}
          spellcheck={false}
          value={text}
          aria-invalid={isMissing ? 'true' : undefined}
          aria-describedby={isMissing ? `${id}-hint ${id}-problem` : `${id}-hint`}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setMissing(false);
          }}
        />
        <Problem id={`${id}-problem`} text={isMissing ? words.nothingPasted : undefined} />
      </div>
      <div class="row">
        <Button type="submit" busy={isReading}>
          {words.read}
        </Button>
      </div>
    </form>
  );
};

/** With a byte order mark, so that Excel reads the accents. */
const sampleOf = ({ fields }: ImportWords): string => {
  const { code, name, price, currency, type, stock, imageUrl } = fields;
  return [
    `\ufeff${[code, name, price, currency, type, stock, imageUrl].join(',')}`,
    'A-1,Áo thun nam,199000,VND,physical,120,/images/tea.svg',
    'B-2,"E-book, 2nd edition",9.90,USD,digital,,',
    '',
  ].join('\r\n');
};
