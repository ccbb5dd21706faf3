import { Checkbox } from '../parts/Checkbox.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { useConsole } from './console.ts';
import { shortcutsOf } from './useShortcuts.ts';

/** What the keys do on this page, and the way to turn them off. */
export const ShortcutSheet = () => {
  const site = useConsole();
  const { frame, shortcuts: words } = site.words.value;
  const shortcuts = shortcutsOf(site);
  const isOn = shortcuts.isOn.value;
  return (
    <Dialog isOpen title={words.title} closeLabel={frame.close} onClose={shortcuts.closeHelp}>
      <Checkbox label={words.single} checked={isOn} onChange={shortcuts.turn} />
      <p class="small soft">{words.singleText}</p>
      {shortcuts.groups.value.toReversed().map(({ title, list }) => (
        <section key={title} class="stack tight" aria-label={title}>
          <h3>{title}</h3>
          <dl class="facts">
            {list().map(({ keys, label }) => (
              <div key={keys}>
                <dt>{label}</dt>
                <dd>
                  {keys.split(' ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
};
