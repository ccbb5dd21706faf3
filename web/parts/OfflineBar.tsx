/** Under the top bar while there is no connection. Empty otherwise, so that readers of the screen hear the change. */
export const OfflineBar = ({ text }: { readonly text: string | null }) => (
  <p class={text === null ? 'sr' : 'offline'} role="status">
    {text}
  </p>
);
