import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useSite } from '../../frame/site.ts';
import { Select } from '../../parts/Select.tsx';
import { createId } from '../../shared/ids.ts';
import { useCommand } from '../useCommand.ts';
import { AskDialog } from './askDialog.tsx';
import { pipelineNames, stepNames } from './pipelines.ts';
import { optionsOf } from './taskFilters.tsx';
import type { TasksApi } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';
import { usePauseName } from './usePauseName.ts';
import { useReason } from './useReason.tsx';

type PauseDialogProps = {
  readonly api: TasksApi;
  /** Null while nothing is asked. What the page is about is chosen already. */
  readonly asked: { readonly pipeline: string | null; readonly step: string | null } | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
};

export const PauseDialog = ({ api, asked, onClose, onDone }: PauseDialogProps) => {
  const { toast } = useSite();
  const words = useTaskWords();
  const nameOf = usePauseName();
  const command = useCommand();
  const [pipeline, setPipeline] = useState('');
  const [step, setStep] = useState('');
  const reason = useReason(asked !== null);
  const sent = useRef({ body: '', key: '' });
  useLayoutEffect(() => {
    if (asked === null) return;
    // Nothing of the last time is left in it.
    setPipeline(asked.pipeline ?? pipelineNames[0] ?? '');
    setStep(asked.step ?? '');
    command.forget();
  }, [asked]);
  const pause = async () => {
    const text = reason.read();
    if (text === null) return;
    const body = JSON.stringify([pipeline, step, text]);
    // The same key as long as it is the same pause: one whose answer was lost is not made twice.
    if (sent.current.body !== body) sent.current = { body, key: createId() };
    const done = await command.run(() => api.pause(pipeline, step || null, text, sent.current.key));
    if (done === null) return;
    toast.say(words.paused(nameOf(done)));
    onDone();
  };
  return (
    <AskDialog
      isOpen={asked !== null}
      title={words.pauseTitle}
      act={words.pause}
      isBusy={command.isBusy}
      failure={command.failure}
      onAct={() => void pause()}
      onClose={onClose}
    >
      <p>{words.pauseText}</p>
      <Select
        label={words.pausePipeline}
        value={pipeline}
        options={pipelineNames.map((value) => ({ value, label: words.pipeline(value) }))}
        onChange={(next) => {
          setPipeline(next);
          setStep('');
        }}
      />
      <Select
        label={words.pauseStep}
        value={step}
        options={optionsOf(stepNames(pipeline), words.everyStep, words.step)}
        onChange={setStep}
      />
      {reason.field}
    </AskDialog>
  );
};
