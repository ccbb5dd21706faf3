import { useId, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Button, LinkButton } from '../../parts/Button.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { useLanguage } from '../../parts/language.ts';
import { Status } from '../../parts/Status.tsx';
import { formatCount } from '../../shared/money.ts';
import { Allowed } from '../allowed.tsx';
import { type ImportWords, notTaken, notTakenLines } from './describeImport.ts';
import { download } from './download.ts';
import type { ImportState } from './importJob.ts';
import { productsPath } from './productAddress.ts';
import { useStepHeading } from './useStepHeading.ts';

type ImportProgressProps = Omit<Extract<ImportState, { kind: 'sending' }>, 'kind'> & {
  readonly words: ImportWords;
  readonly onStop: () => void;
  readonly onGoOn: () => void;
  readonly onClear: () => void;
};

/** How far it is, and what came of it. */
export const ImportProgress = (props: ImportProgressProps) => {
  const { file, rows, run, words, onStop, onGoOn, onClear } = props;
  const language = useLanguage();
  const count = (number: number) => formatCount(number, language);
  const isMoving = run.kind === 'running' || run.kind === 'stopping';
  const heading = useStepHeading(isMoving ? 'moving' : run.kind);
  const left = isMoving ? [] : notTaken(rows, run, words);
  return (
    <section class="stack">
      <h2 ref={heading} tabIndex={-1} data-step>
        {run.kind === 'done' ? words.done : run.kind === 'stopped' ? words.stopped : words.progress}
      </h2>
      <Bar
        label={words.progress}
        value={run.settled}
        max={run.total}
        text={words.sent(count(run.settled), count(run.total))}
      />
      {isMoving ? <p class="small soft">{run.kind === 'stopping' ? words.stopping : words.leaving}</p> : null}
      {run.failure === null ? null : <FailureNote failure={run.failure} />}
      <div class="row">
        <Status tone="good">
          {words.created}: {count(run.created)}
        </Status>
        <Status tone="calm">
          {words.updated}: {count(run.updated)}
        </Status>
        {isMoving ? null : (
          <Status tone={left.length === 0 ? 'good' : 'bad'}>
            {words.notTaken}: {count(left.length)}
          </Status>
        )}
      </div>
      {run.kind === 'running' ? (
        <div class="row">
          <Button onPress={onStop}>{words.stop}</Button>
        </div>
      ) : null}
      {run.kind === 'stopped' ? (
        <div class="row">
          <Allowed needs="products:write" look="main" onPress={onGoOn}>
            {words.goOn(count(run.waiting.length))}
          </Allowed>
        </div>
      ) : null}
      {left.length === 0 ? null : <NotTaken headers={file.headers} left={left} words={words} />}
      {isMoving ? null : (
        <div class="row">
          <LinkButton href={productsPath}>{words.toProducts}</LinkButton>
          <Button look="quiet" onPress={onClear}>
            {words.again}
          </Button>
        </div>
      )}
    </section>
  );
};

type BarProps = {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly text: string;
};

const Bar = ({ label, value, max, text }: BarProps) => {
  const id = useId();
  return (
    <div class="stack tight">
      <label for={id} class="sr">
        {label}
      </label>
      <progress id={id} value={value} max={max} />
      <p class="num" role="status">
        {text}
      </p>
    </div>
  );
};

type NotTakenProps = {
  readonly headers: readonly string[];
  readonly left: ReturnType<typeof notTaken>;
  readonly words: ImportWords;
};

const NotTaken = ({ headers, left, words }: NotTakenProps) => {
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    // The same script that has read the file. A file of JSON has not loaded it.
    const csv = await import('./csv.ts').catch(() => null);
    setBusy(false);
    if (csv !== null) download(csv.writeCsv(notTakenLines(headers, left, words)), words.fileName);
  };
  return (
    <div class="stack tight">
      <div class="row">
        <Button look="soft" busy={isBusy} onPress={() => void save()}>
          <Icon name="download" />
          {words.download}
        </Button>
      </div>
      <p class="small soft">{words.downloadHint}</p>
    </div>
  );
};
