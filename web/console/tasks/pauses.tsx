import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { useSite } from '../../frame/site.ts';
import { Select } from '../../parts/Select.tsx';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import { createId } from '../../shared/ids.ts';
import { Allowed } from '../allowed.tsx';
import { useCommand } from '../useCommand.ts';
import { AskDialog } from './askDialog.tsx';
import { pipelineNames, stepNames } from './pipelines.ts';
import { optionsOf } from './taskFilters.tsx';
import type { Pause, TasksApi } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';
import { useReason } from './useReason.tsx';

type PauseListProps = {
  readonly api: TasksApi;
  readonly pauses: readonly Pause[];
  readonly nowMs: number;
  readonly onChange: () => void;
};

/** What is paused, and why. */
export const PauseList = ({ pauses, ...others }: PauseListProps) => {
  const words = useTaskWords();
  if (pauses.length === 0) return <p class="soft">{words.noPauses}</p>;
  return (
    <ul class="stack tight">
      {pauses.map((pause) => (
        <PauseItem key={pause.id} pause={pause} {...others} />
      ))}
    </ul>
  );
};

const useNameOf = () => {
  const words = useTaskWords();
  return ({ pipeline, step }: Pick<Pause, 'pipeline' | 'step'>): string =>
    `${words.pipeline(pipeline)} · ${step === null ? words.everyStep : words.step(step)}`;
};

const PauseItem = ({
  api,
  pause,
  nowMs,
  onChange,
}: Omit<PauseListProps, 'pauses'> & { readonly pause: Pause }) => {
  const { toast } = useSite();
  const words = useTaskWords();
  const command = useCommand();
  const name = useNameOf()(pause);
  const isFault = pause.origin === 'fault';
  const { failure } = command;
  const end = async () => {
    const done = await command.run(async () => {
      const outcome = await api.endPause(pause.id);
      // Another operator, or the server’s answer, was quicker.
      if (outcome.kind !== 'problem' || outcome.problem.status !== 404) return outcome;
      toast.say(words.endedAlready);
      return { kind: 'aborted' };
    });
    if (done !== null) toast.say(isFault ? words.probed : words.resumed(name));
    onChange();
  };
  return (
    <li class="card row between pause">
      <div>
        <div class="row">
          <strong>{name}</strong>
          <Status tone={isFault ? 'bad' : 'warn'}>{words.origins[pause.origin]}</Status>
        </div>
        <p class="clip">{pause.reason}</p>
        <p class="small soft">
          <Time at={pause.since} now={nowMs} />
        </p>
        {isFault ? <p class="small soft">{words.faultText}</p> : null}
        {failure === null ? null : <FailureNote failure={failure} />}
      </div>
      <div>
        <Allowed needs="queue:write" busy={command.isBusy} onPress={() => void end()}>
          <span aria-hidden="true">{isFault ? words.probe : words.resume}</span>
          <span class="sr">{isFault ? words.probeNamed(name) : words.resumeNamed(name)}</span>
        </Allowed>
      </div>
    </li>
  );
};

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
  const nameOf = useNameOf();
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
