import { Button } from '../parts/Button.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { useShop } from './shop.ts';
import type { Bank } from './useBank.ts';

/** Stands for a page of the bank, where the shop charges nobody. */
export const BankDialog = ({ bank }: { readonly bank: Bank }) => {
  const { frame, pay } = useShop().words.value;
  return (
    <Dialog
      isOpen={bank.isOpen}
      title={pay.action.title}
      closeLabel={frame.close}
      onClose={bank.close}
      actions={
        <>
          <Button look="main" onPress={() => bank.answer('succeed')}>
            {pay.action.demoSucceed}
          </Button>
          <Button onPress={() => bank.answer('fail')}>{pay.action.demoFail}</Button>
        </>
      }
    >
      <p>{pay.action.demo}</p>
    </Dialog>
  );
};
