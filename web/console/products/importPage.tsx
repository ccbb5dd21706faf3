import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { createLazyPart } from '../../frame/lazyPart.tsx';
import { useTitle } from '../../frame/useTitle.ts';
import { useConsole } from '../console.ts';
import type { PageProps } from '../page.tsx';
import { ChooseFile } from './chooseFile.tsx';
import type { ImportWords } from './describeImport.ts';
import { withoutMarks } from './draftRules.ts';
import { type ImportState, importJobOf } from './importJob.ts';
import type { ImportOptions } from './judgeRows.ts';

const LazyPreview = createLazyPart(async () => (await import('./importPreview.tsx')).ImportPreview);
const LazyProgress = createLazyPart(async () => (await import('./importProgress.tsx')).ImportProgress);

/** Many products from a file: choose it, look at the preview, send it. Nothing is sent before the preview is confirmed. */
export const ImportPage = ({ words }: PageProps<ImportWords>) => {
  const console = useConsole();
  const job = importJobOf(console);
  const state = job.state.value;
  useTitle(words.title);
  useStepFocus(state.kind);
  useLeaveQuestion(state);
  return (
    <div class="page wide">
      <h1>{words.title}</h1>
      {state.kind === 'empty' || state.kind === 'reading' ? (
        <ChooseFile
          words={words}
          isReading={state.kind === 'reading'}
          problem={state.kind === 'empty' ? state.problem : null}
          onFile={(file) => void job.readFile(file, firstOptions(words))}
          onText={(text) => void job.readText(text, firstOptions(words))}
        />
      ) : state.kind === 'preview' ? (
        <LazyPreview {...state} words={words} onChoose={job.choose} onSend={job.send} onClear={job.clear} />
      ) : (
        <LazyProgress {...state} words={words} onStop={job.stop} onGoOn={job.goOn} onClear={job.clear} />
      )}
    </div>
  );
};

/** Types are called by their names, or by what the pages call them in either language. */
const firstOptions = ({ product }: ImportWords): ImportOptions => ({
  mark: 'auto',
  currency: 'VND',
  type: '',
  types: new Map(
    Object.entries(product.types).flatMap(([name, label]) => [
      [name, name],
      [withoutMarks(label), name],
    ]),
  ),
});

/** Each step begins at its heading, for the keys and for readers of the screen. */
const useStepFocus = (step: ImportState['kind']): void => {
  const last = useRef(step);
  useLayoutEffect(() => {
    const before = last.current;
    last.current = step;
    if (before === step || step === 'reading' || (before === 'reading' && step === 'empty')) return;
    const heading = document.querySelector<HTMLElement>('#main h2[data-step]');
    heading?.focus();
  }, [step]);
};

/** Closing the window would end what is being sent. */
const useLeaveQuestion = (state: ImportState): void => {
  const isRunning = state.kind === 'sending' && ['running', 'stopping'].includes(state.run.kind);
  useEffect(() => {
    if (!isRunning) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isRunning]);
};
