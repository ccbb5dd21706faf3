import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CopyProps } from './Copy.tsx';

/**
 * Few visits need it, so it is a script of its own. Until it is there, or where it does not come, the text can be
 * selected.
 */
export const LazyCopy = (props: CopyProps) => {
  const [Copy, setCopy] = useState<ComponentType<CopyProps> | null>(null);
  useEffect(() => {
    import('./Copy.tsx').then(
      (part) => setCopy(() => part.Copy),
      () => undefined,
    );
  }, []);
  return Copy === null ? <code>{props.text}</code> : <Copy {...props} />;
};
