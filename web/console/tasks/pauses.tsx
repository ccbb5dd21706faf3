import { FailureNote } from '../../frame/failureNote.tsx';
import { useSite } from '../../frame/site.ts';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import { Allowed } from '../allowed.tsx';
import { useCommand } from '../useCommand.ts';
import type { Pause, TasksApi } from './tasksApi.ts';
import { useTaskWords } from './taskWords.ts';
import { usePauseName } from './usePauseName.ts';

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

const PauseItem = ({
  api,
  pause,
  nowMs,
  onChange,
}: Omit<PauseListProps, 'pauses'> & { readonly pause: Pause }) => {
  const { toast } = useSite();
  const words = useTaskWords();
  const command = useCommand();
  const name = usePauseName()(pause);
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
