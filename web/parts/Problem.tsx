import { Icon } from './Icon.tsx';

type ProblemProps = {
  readonly id: string;
  readonly text: string | undefined;
  /** It comes and goes while one types, so it is heard with its field alone. */
  readonly isWhileTyping?: boolean;
};

/** What is wrong, with a sign, so that colour is never alone. It is heard at once: the focus may be on a button. */
export const Problem = ({ id, text, isWhileTyping = false }: ProblemProps) =>
  text === undefined ? null : (
    <span class="problem" id={id} role={isWhileTyping ? undefined : 'alert'}>
      <Icon name="warn" />
      {text}
    </span>
  );
