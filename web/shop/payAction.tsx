import { useEffect, useRef, useState } from 'preact/hooks';
import { totalsOf } from '../shared/money.ts';
import { haveOtherTotals } from '../shared/otherTotals.ts';
import { createPayWish } from '../shared/payWish.ts';
import { windowStore } from '../shared/store.ts';
import type { Order, PayOptions } from '../shared/types.ts';
import { explain } from '../words/messages.ts';
import { payPath } from './addresses.ts';
import { useShop } from './shop.ts';
import { PaySheet } from './views/PaySheet.tsx';

/**
 * The Pay button of the cart: it asks for the method in a sheet, and leads to the payment page, which pays. A card is
 * typed on that page, because its policy alone lets in the script that reads cards.
 */
export const usePayAction = (orders: readonly Order[]) => {
  const { account, api, language, words } = useShop();
  const { cartPage, frame, pay: texts } = words.value;
  const [options, setOptions] = useState<PayOptions | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [method, setMethod] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [status, setStatus] = useState('');
  // The state is shown later than a second press comes.
  const isBusyNow = useRef(false);
  const isGone = useRef(false);
  const session = account.session.value;
  const [total, ...others] = totalsOf(orders.map((order) => order.total));

  const change = (next: boolean) => {
    isBusyNow.current = next;
    setBusy(next);
  };
  const leave = (chosen: string | null) => {
    if (!session) return;
    change(true);
    createPayWish(windowStore(), session.customerId).put({
      orderIds: orders.map(({ id }) => id),
      method: chosen,
    });
    location.assign(payPath);
  };
  const open = async () => {
    if (isBusyNow.current || orders.length === 0) return;
    setStatus('');
    change(true);
    const outcome = await api.payOptions();
    change(false);
    if (outcome.kind === 'aborted') return;
    if (outcome.kind !== 'ok') return setStatus(explain(outcome, language.value).text);
    if (outcome.value.methods.length === 0) return setStatus(texts.noMethods);
    if (outcome.value.provider === 'stripe') return leave(null);
    setOptions(outcome.value);
    setOpen(true);
  };

  const pay = async (chosen: string) => {
    if (isBusyNow.current) return;
    setStatus('');
    change(true);
    const isOther = await haveOtherTotals(api, orders);
    // Back, meanwhile.
    if (isGone.current) return;
    if (!isOther) return leave(chosen);
    await account.loadCart();
    change(false);
    setStatus(texts.otherTotal);
  };

  useEffect(() => {
    // Back from the payment page: the browser kept this page as it was.
    const onShow = () => {
      change(false);
      setOpen(false);
    };
    addEventListener('pageshow', onShow);
    return () => {
      isGone.current = true;
      removeEventListener('pageshow', onShow);
    };
  }, []);

  const methods = options?.methods.map(({ id, label }) => ({ value: id, label })) ?? [];
  const chosen = method ?? methods[0]?.value ?? '';
  return {
    onPay: () => void open(),
    isPaying: isBusy && !isOpen,
    /** Null: the page's own message stands there. */
    status: status === '' ? null : status,
    sheet:
      total === undefined || others.length > 0 ? null : (
        <PaySheet
          isOpen={isOpen}
          onClose={() => setOpen(false)}
          methods={methods}
          method={chosen}
          onMethod={setMethod}
          total={total}
          onPay={() => void pay(chosen)}
          isPaying={isBusy}
          status={status}
          words={{
            title: texts.page,
            close: frame.close,
            method: texts.method,
            total: texts.total,
            pay: cartPage.pay,
          }}
        />
      ),
  };
};
