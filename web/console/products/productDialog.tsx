import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../../frame/failureNote.tsx';
import type { CallFailure } from '../../frame/site.ts';
import { LinkButton } from '../../parts/Button.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { Note } from '../../parts/Note.tsx';
import type { Product } from '../../shared/types.ts';
import type { ConsoleProductWords } from '../../words/consoleEnProducts.ts';
import { Allowed } from '../allowed.tsx';
import { useConsole } from '../console.ts';
import { DetailsPart } from './detailsPart.tsx';
import { createProductApi } from './productApi.ts';
import type { ProductPartProps } from './productPart.ts';
import { StockPart } from './stockPart.tsx';
import { useCommand } from './useCommand.ts';

type ProductDialogProps = {
  readonly id: string;
  readonly words: ConsoleProductWords;
  readonly onClose: () => void;
  /** The list may show another one than the product now is. */
  readonly onChanged: () => void;
};

/** One product over the list, read anew, so that its current stock is shown. */
export const ProductDialog = ({ id, words, onClose, onChanged }: ProductDialogProps) => {
  const { call, toast, words: around } = useConsole();
  const { frame } = around.value;
  const api = createProductApi(call);
  const [product, setProduct] = useState<Product | null>(null);
  const [failure, setFailure] = useState<CallFailure | null>(null);
  const load = async (signal?: AbortSignal) => {
    const outcome = await api.find(id, signal);
    if (signal?.aborted === true || outcome.kind === 'aborted') return;
    if (outcome.kind === 'ok') setProduct(outcome.value);
    setFailure(outcome.kind === 'ok' ? null : outcome);
  };
  useEffect(() => {
    const left = new AbortController();
    void load(left.signal);
    return () => left.abort();
  }, [id]);

  const take = (changed: Product, said: string) => {
    setProduct(changed);
    toast.say(said);
    onChanged();
  };
  const part = {
    words,
    onChanged: take,
    onDoubt: () => {
      void load();
      onChanged();
    },
  };
  const isMissing = failure?.kind === 'problem' && failure.problem.code === 'not_found';
  return (
    <Dialog
      isOpen
      isSheet
      title={product?.name ?? (isMissing ? words.open.missing : words.open.loading)}
      closeLabel={frame.close}
      onClose={onClose}
    >
      {isMissing ? (
        <p>{words.open.missingText}</p>
      ) : failure !== null && product === null ? (
        <FailureNote failure={failure} onRetry={() => void load()} />
      ) : product === null ? (
        <div aria-busy="true">
          <EmptyState title={words.open.loading} />
        </div>
      ) : (
        <>
          <p class="small soft">{product.code}</p>
          {product.archived ? <Note tone="warn">{words.open.isArchived}</Note> : null}
          <StockPart {...part} product={product} onSeen={setProduct} />
          <DetailsPart {...part} product={product} />
          <ArchivePart {...part} product={product} />
          <LinkButton look="quiet" href={`/console/activity?target=${id}`}>
            {words.open.activity}
          </LinkButton>
        </>
      )}
    </Dialog>
  );
};

/** Off sale, and back. */
const ArchivePart = ({ product, words, onChanged, onDoubt }: ProductPartProps) => {
  const { call } = useConsole();
  const { isBusy, failure, run } = useCommand(onDoubt);
  const archived = !product.archived;
  const change = () =>
    run(
      () => createProductApi(call).change(product.id, { archived }),
      (changed) =>
        onChanged(changed, (archived ? words.open.wasArchived : words.open.wasUnarchived)(changed.name)),
    );
  return (
    <section class="stack tight">
      {archived ? <p class="small soft">{words.open.archiveText}</p> : null}
      {failure === null ? null : <FailureNote failure={failure} />}
      <div class="row">
        <Allowed
          needs="products:write"
          look={archived ? 'danger' : 'soft'}
          busy={isBusy}
          onPress={() => void change()}
        >
          {archived ? words.open.archive : words.open.unarchive}
        </Allowed>
      </div>
    </section>
  );
};
