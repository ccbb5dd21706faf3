import { Icon } from './Icon.tsx';

/** What is wrong, with a sign, so that colour is never alone. */
export const Problem = ({ id, text }: { readonly id: string; readonly text: string | undefined }) =>
  text === undefined ? null : (
    <span class="problem" id={id}>
      <Icon name="warn" />
      {text}
    </span>
  );
