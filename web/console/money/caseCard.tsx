import { Money } from '../../parts/Money.tsx';
import { Status } from '../../parts/Status.tsx';
import { Time } from '../../parts/Time.tsx';
import type { ConsoleMoneyWords } from '../../words/consoleEnMoney.ts';
import { Allowed } from '../allowed.tsx';
import { orderPath, refundPath } from '../orders/addresses.ts';
import type { OrdersApi } from '../orders/ordersApi.ts';
import { actorName } from './actorName.ts';
import { type CaseCommand, caseDetail, commandsOf } from './caseStates.ts';
import { CheckoutOrders } from './checkoutOrders.tsx';
import type { MoneyCase } from './moneyApi.ts';

type CaseCardProps = {
  readonly words: ConsoleMoneyWords;
  readonly check: string;
  readonly moneyCase: MoneyCase;
  /** The orders of its payment are shown. It is in the address. */
  readonly isOpen: boolean;
  readonly openAddress: string;
  readonly loadOrders: OrdersApi['checkout'];
  readonly onCommand: (command: CaseCommand) => void;
};

/** One case: what is known, where to look, and what can be done about it. */
export const CaseCard = (props: CaseCardProps) => {
  const { words, check, moneyCase, isOpen, openAddress, loadOrders } = props;
  const { cases: texts } = words;
  const { acknowledgement, amount, orderId, paymentId, refundId, since } = moneyCase;
  const detail = caseDetail(check, moneyCase, words);
  return (
    <article class="card stack tight">
      <div class="row between">
        <h3>{detail ?? `${texts.caseId} ${moneyCase.id.slice(-12)}`}</h3>
        {amount === null ? null : <Money value={amount} />}
      </div>
      <p class="row small soft">
        {acknowledgement === null ? (
          <Status tone="bad">{texts.isOpen}</Status>
        ) : (
          <Status tone="good">{texts.isAcknowledged}</Status>
        )}
        <span>
          {texts.since} <Time at={since} />
        </span>
      </p>
      {acknowledgement === null ? null : (
        <p>
          “{acknowledgement.note}”{' '}
          <span class="small soft">
            {actorName(acknowledgement.actor, words)}, <Time at={acknowledgement.at} />
          </span>
        </p>
      )}
      <p class="row">
        {orderId === null ? null : <a href={orderPath(orderId)}>{texts.order}</a>}
        {refundId === null ? null : <a href={refundPath(refundId)}>{texts.refund}</a>}
        {orderId !== null || paymentId === null ? null : (
          <a href={openAddress} aria-expanded={isOpen}>
            {texts.orders}
          </a>
        )}
      </p>
      {isOpen && paymentId !== null ? (
        <CheckoutOrders words={words} paymentId={paymentId} load={loadOrders} />
      ) : null}
      <Commands {...props} />
    </article>
  );
};

const Commands = ({ words, check, moneyCase, onCommand }: CaseCardProps) => {
  const { cases: texts } = words;
  const { canGiveBack, canAssign } = commandsOf(check, moneyCase);
  const isOpen = moneyCase.acknowledgement === null;
  return (
    <div class="row">
      {canAssign && isOpen ? (
        <Allowed needs="refunds:write" onPress={() => onCommand('assign')}>
          {texts.assign}
        </Allowed>
      ) : null}
      {canGiveBack && isOpen ? (
        <Allowed needs="money:write" onPress={() => onCommand('give_back')}>
          {texts.giveBack}
        </Allowed>
      ) : null}
      <Allowed needs="money:write" onPress={() => onCommand('acknowledge')}>
        {isOpen ? texts.acknowledge : texts.changeNote}
      </Allowed>
    </div>
  );
};
