import { SessionDialog as Dialog, type SessionDialogProps } from '../frame/sessionDialog.tsx';
import { useShop } from './shop.ts';

type ShopSessionProps = Omit<SessionDialogProps, 'texts'> & {
  /** Of another account than the one that is needed. */
  readonly isForbidden?: boolean;
};

/** What was being paid is kept, and the words say so. */
export const SessionDialog = ({ isForbidden = false, ...props }: ShopSessionProps) => {
  const { forbidden, signedOut } = useShop().words.value.pay;
  return <Dialog {...props} texts={isForbidden ? forbidden : signedOut} />;
};
