import { Button, type ButtonProps } from '../parts/Button.tsx';
import type { Permission } from '../shared/permissions.ts';
import { useConsole } from './console.ts';

type AllowedProps = ButtonProps & {
  /** What the command needs. */
  readonly needs: Permission;
};

/**
 * A button of a command. Without the permission or the connection it cannot be pressed, and says why when somebody
 * tries. Nothing is sent.
 */
export const Allowed = ({ needs, blocked, ...props }: AllowedProps) => {
  const { can, connection, words } = useConsole();
  const { access, state } = words.value;
  const reason = !can(needs)
    ? access.needs(needs)
    : connection.value.isOffline
      ? state.offlineCommand
      : blocked;
  return <Button {...props} blocked={reason} isReasonOnPress />;
};
