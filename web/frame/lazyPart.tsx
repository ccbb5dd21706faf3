import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/Button.tsx';
import { Note } from '../parts/Note.tsx';
import { forgetReload, reloadOnce } from './reloadOnce.ts';
import { useSite } from './site.ts';

/**
 * A part of a page that few visits need, with a script of its own. After an update of the shop an old document may ask for
 * a script that is gone: it is then loaded anew, once. A payment goes on after that, with its key.
 */
export const createLazyPart = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Meanwhile: ComponentType = () => null,
) => {
  let Part: ComponentType<Props> | null = null;
  return (props: Props) => {
    const { state } = useSite().words.value;
    const [, draw] = useState(0);
    const [isLost, setLost] = useState(false);
    const start = async () => {
      setLost(false);
      try {
        Part = await load();
        forgetReload();
        draw((drawn) => drawn + 1);
      } catch {
        if (!reloadOnce()) setLost(true);
      }
    };
    useEffect(() => {
      if (Part === null) void start();
    }, []);
    if (Part !== null) return <Part {...props} />;
    return isLost ? (
      <Note tone="bad" isAlert>
        <p>{state.lostText}</p>
        <Button onPress={() => void start()}>{state.tryAgain}</Button>
      </Note>
    ) : (
      <Meanwhile />
    );
  };
};
