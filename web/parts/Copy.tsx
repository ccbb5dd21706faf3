import { useEffect, useState } from 'preact/hooks';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

export type CopyWords = { readonly copy: string; readonly copied: string; readonly select: string };

export type CopyProps = { readonly text: string; readonly words: CopyWords };

type State = 'ready' | 'copied' | 'refused';
const shownForMs = 2_000;

/** A text to take along, such as a licence key. Without a clipboard (plain http) it says to select the text. */
export const Copy = ({ text, words }: CopyProps) => {
  const [state, setState] = useState<State>('ready');
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('ready'), shownForMs);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () => {
    copyText(text).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  };
  return (
    <div class="copy">
      <code>{text}</code>
      <Button look="quiet" label={`${words.copy}: ${text}`} onPress={copy}>
        <Icon name={state === 'copied' ? 'check' : 'copy'} />
      </Button>
      <span class="small soft" role="status">
        {state === 'ready' ? '' : state === 'copied' ? words.copied : words.select}
      </span>
    </div>
  );
};

/** `navigator.clipboard` is missing where the page has no secure context. */
const copyText = async (text: string): Promise<void> => navigator.clipboard.writeText(text);
