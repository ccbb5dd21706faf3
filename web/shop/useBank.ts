import { useEffect, useRef, useState } from 'preact/hooks';
import { safeRedirect } from '../shared/payPage.ts';
import { explain } from '../words/messages.ts';
import type { Payment } from './payment.ts';
import { useShop } from './shop.ts';

/** So many looks after the customer's answer, the shop still has not heard of it: it may not have arrived. */
const looksUntilAskedAgain = 5;

export type Bank = ReturnType<typeof useBank>;

/** The bank's question: a page of the bank, a window of Stripe's, or the demo's own. */
export const useBank = ({ pay, state }: Payment) => {
  const { api, language, words } = useShop();
  const [isOpen, setOpen] = useState(false);
  const [answeredAt, setAnsweredAt] = useState<number | null>(null);
  const [problem, setProblem] = useState('');
  const isBusy = useRef(false);
  const now = state.value;
  const isAction = now.phase === 'action';
  const secret = isAction ? (now.action?.clientSecret ?? null) : null;

  useEffect(() => {
    if (isAction) return;
    setOpen(false);
    setAnsweredAt(null);
    setProblem('');
  }, [isAction]);

  const answered = () => {
    setOpen(false);
    setAnsweredAt(now.phase === 'action' ? now.looks : 0);
    pay.lookNow();
  };

  const open = async () => {
    setProblem('');
    if (now.phase !== 'action' || isBusy.current) return;
    const url = safeRedirect(now.action?.redirectUrl ?? null);
    // A page of the bank needs no script of the provider's, also where there is a secret for one.
    if (url !== null) return location.assign(url);
    if (secret === null) return pay.lookNow();
    isBusy.current = true;
    const options = await api.payOptions();
    if (options.kind === 'ok' && options.value.provider === 'simulated') setOpen(true);
    else if (options.kind === 'ok') await askByStripe(options.value.publishableKey, secret);
    else if (options.kind !== 'aborted') setProblem(explain(options, language.value).text);
    isBusy.current = false;
  };

  const askByStripe = async (publishableKey: string | null, clientSecret: string) => {
    const script = await import('./stripe.ts').catch(() => null);
    const stripe = (await script?.loadStripe(publishableKey, language.value)) ?? null;
    await stripe?.confirm(clientSecret);
    if (stripe === null) setProblem(words.value.pay.noCardField);
    else answered();
  };

  /** What a real bank would do. */
  const answer = async (outcome: 'succeed' | 'fail') => {
    if (secret === null || isBusy.current) return;
    isBusy.current = true;
    const met = await api.meetChallenge(secret, outcome);
    isBusy.current = false;
    if (met.kind === 'ok' || met.kind === 'aborted') return answered();
    setOpen(false);
    setProblem(explain(met, language.value).text);
    // The answer may have arrived all the same.
    pay.lookNow();
  };

  return {
    isOpen: isOpen && isAction,
    isAnswered: isAction && answeredAt !== null && now.looks - answeredAt < looksUntilAskedAgain,
    problem,
    open: () => void open(),
    close: () => setOpen(false),
    answer: (outcome: 'succeed' | 'fail') => void answer(outcome),
  };
};
