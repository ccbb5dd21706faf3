import { useLayoutEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import { Button } from '../../parts/Button.tsx';
import { Checkbox } from '../../parts/Checkbox.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Field } from '../../parts/Field.tsx';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import type { CorrectedContact, OrdersApi } from './ordersApi.ts';

type ContactDialogProps = {
  readonly words: ConsoleOrdersWords;
  readonly api: OrdersApi;
  readonly orderId: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDone: (corrected: CorrectedContact) => void;
};

/** Corrects the address that the mails of an order go to. The same correction twice changes nothing more. */
export const ContactDialog = ({ words, api, orderId, isOpen, onClose, onDone }: ContactDialogProps) => {
  const { frame } = useConsole().words.value;
  const { contact } = words;
  const command = useCommand();
  const [email, setEmail] = useState('');
  const [isResent, setResent] = useState(false);
  useLayoutEffect(() => {
    if (!isOpen) return;
    setEmail('');
    setResent(false);
    command.forget();
  }, [isOpen]);
  const { failure } = command;
  const isInvalid = failure?.kind === 'problem' && failure.problem.code === 'validation_failed';
  const submit = async () => {
    const corrected = await command.run(() => api.correctContact(orderId, email.trim(), isResent));
    if (corrected !== null) onDone(corrected);
  };
  return (
    <Dialog
      isOpen={isOpen}
      isSheet
      title={contact.title}
      closeLabel={frame.close}
      onClose={command.isBusy ? undefined : onClose}
    >
      <p>{contact.text}</p>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          label={contact.email}
          name="email"
          type="email"
          autoComplete="off"
          required
          value={email}
          onInput={setEmail}
          problem={isInvalid ? contact.problem : undefined}
        />
        <Checkbox label={contact.resend} checked={isResent} onChange={setResent} />
        {failure === null || isInvalid ? null : <FailureNote failure={failure} />}
        <Button look="main" type="submit" busy={command.isBusy} wide>
          {contact.submit}
        </Button>
      </form>
    </Dialog>
  );
};
