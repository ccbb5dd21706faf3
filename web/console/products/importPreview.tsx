import { useState } from 'preact/hooks';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Note } from '../../parts/Note.tsx';
import { Select } from '../../parts/Select.tsx';
import { Status } from '../../parts/Status.tsx';
import { formatCount } from '../../shared/money.ts';
import { Allowed } from '../allowed.tsx';
import type { ImportWords } from './describeImport.ts';
import type { ImportState } from './importJob.ts';
import type { ImportOptions } from './judgeRows.ts';
import { PreviewTable } from './previewTable.tsx';
import { useStepHeading } from './useStepHeading.ts';

type ImportPreviewProps = Omit<Extract<ImportState, { kind: 'preview' }>, 'kind'> & {
  readonly words: ImportWords;
  readonly onChoose: (options: ImportOptions) => void;
  readonly onSend: () => void;
  readonly onClear: () => void;
};

/** Every row as it would be sent, or with all that is wrong with it. */
export const ImportPreview = ({
  file,
  options,
  rows,
  words,
  onChoose,
  onSend,
  onClear,
}: ImportPreviewProps) => {
  const language = useLanguage();
  const heading = useStepHeading('preview');
  const count = (number: number) => formatCount(number, language);
  const bad = rows.filter(({ problems }) => problems.length > 0);
  const good = rows.length - bad.length;
  const [chosen, setChosen] = useState<'bad' | 'all'>('bad');
  const shown = bad.length === 0 ? 'all' : chosen;
  return (
    <section class="stack">
      <h2 ref={heading} tabIndex={-1} data-step>
        {words.preview}
      </h2>
      <p>{words.file(file.name ?? words.pasted, count(rows.length))}</p>
      <div class="row" role="status">
        <Status tone={good === 0 ? 'calm' : 'good'}>{words.good(count(good))}</Status>
        {bad.length === 0 ? (
          <span class="small soft">{words.allGood}</span>
        ) : (
          <Status tone="bad">{words.bad(count(bad.length))}</Status>
        )}
      </div>
      {file.unused.length === 0 ? null : <p class="small soft">{words.unused(file.unused.join(', '))}</p>}
      {file.fields.has('stock') ? <Note tone="warn">{words.stockReplaced}</Note> : null}
      <Options file={file} options={options} words={words} onChoose={onChoose} />
      <div class="row">
        <Allowed
          needs="products:write"
          look="main"
          blocked={good === 0 ? words.nothingToSend : undefined}
          onPress={onSend}
        >
          {good === 1 ? words.sendOne : words.send(count(good))}
        </Allowed>
        <Button look="quiet" onPress={onClear}>
          {words.another}
        </Button>
      </div>
      {bad.length === 0 ? null : (
        <Select
          label={words.show}
          value={shown}
          options={[
            { value: 'bad', label: words.problemsOnly(count(bad.length)) },
            { value: 'all', label: words.allRows(count(rows.length)) },
          ]}
          onChange={setChosen}
        />
      )}
      <PreviewTable key={shown} rows={shown === 'bad' ? bad : rows} words={words} />
    </section>
  );
};

/** What the rows leave open. Each choice judges all rows again. */
const Options = ({
  file,
  options,
  words,
  onChoose,
}: Pick<ImportPreviewProps, 'file' | 'options' | 'words' | 'onChoose'>) => (
  <div class="filters">
    {file.isJson || !file.fields.has('price') ? null : (
      <Select
        label={words.decimals}
        value={options.mark}
        options={(['auto', '.', ','] as const).map((value) => ({ value, label: words.marks[value] }))}
        onChange={(mark) => onChoose({ ...options, mark })}
      />
    )}
    <Field
      label={words.currency}
      name="currency"
      autoComplete="off"
      value={options.currency}
      onInput={(currency) => onChoose({ ...options, currency: currency.trim().toUpperCase() })}
    />
    <Select
      label={words.type}
      value={options.type}
      options={[
        { value: '', label: words.noType },
        ...Object.entries<string>(words.product.types).map(([value, label]) => ({ value, label })),
      ]}
      onChange={(type) => onChoose({ ...options, type })}
    />
  </div>
);
