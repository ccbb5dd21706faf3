import { useEffect, useRef, useState } from 'preact/hooks';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import type { CardField } from '../shared/stripeCard.ts';
import type { Money } from '../shared/types.ts';
import { useShop } from './shop.ts';
import { loadStripe } from './stripe.ts';

type CardElementProps = {
  readonly publishableKey: string | null;
  readonly total: Money;
  /** The field, once it takes input. Null when it is gone. */
  readonly onField: (field: CardField | null) => void;
  readonly onFailure: () => void;
};

/** The place of Stripe's own field. Its frame is of another site: what is typed there, this page cannot read. */
export const CardElement = ({ publishableKey, total, onField, onFailure }: CardElementProps) => {
  const { language, words } = useShop();
  const place = useRef<HTMLDivElement>(null);
  const [isAwaited, setAwaited] = useState(true);
  const { amount, currency } = total;
  useEffect(() => {
    let field: CardField | null = null;
    let isWanted = true;
    const fail = () => {
      setAwaited(false);
      onFailure();
    };
    void loadStripe(publishableKey, language.value).then((stripe) => {
      if (!isWanted || place.current === null) return;
      if (stripe === null) return fail();
      field = stripe.createCardField({
        amount,
        currency,
        isDark: matchMedia('(prefers-color-scheme: dark)').matches,
        onReady: () => {
          setAwaited(false);
          onField(field);
        },
        onFailure: fail,
      });
      field.mount(place.current);
    });
    return () => {
      isWanted = false;
      onField(null);
      field?.close();
    };
  }, [publishableKey, amount, currency, language.value]);
  return (
    <div class="card-field">
      {isAwaited ? <SkeletonRows label={words.value.state.loading} rows={1} /> : null}
      <div ref={place} />
    </div>
  );
};
