import { useEffect, useState } from 'preact/hooks';
import { focusHeading } from '../../frame/pageFocus.ts';
import { SignInPage as AnySignInPage } from '../../frame/signInPage.tsx';
import { Select } from '../../parts/Select.tsx';
import { consoleScope } from '../addresses.ts';
import { useConsole } from '../console.ts';

const rolesOf = {
  operator: ['operator'],
  both: ['operator', 'customer'],
  customer: ['customer'],
} as const;

/** In demo mode anyone is an operator who wants to be. Otherwise the shop's provider knows who one is. */
export const SignInPage = ({ back }: { readonly back: string }) => {
  const texts = useConsole().words.value.signIn;
  const [role, setRole] = useState<keyof typeof rolesOf>('operator');
  // The address may stay the same, and the field that had the focus is gone.
  useEffect(() => () => void requestAnimationFrame(focusHeading), []);
  return (
    <AnySignInPage
      scope={consoleScope}
      back={back}
      roles={rolesOf[role]}
      field={
        <Select
          label={texts.as}
          value={role}
          options={[
            { value: 'operator', label: texts.operator },
            { value: 'both', label: texts.both },
            { value: 'customer', label: texts.customer },
          ]}
          onChange={setRole}
        />
      }
    />
  );
};
