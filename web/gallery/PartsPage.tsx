import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, LinkButton } from '../parts/Button.tsx';
import { Checkbox } from '../parts/Checkbox.tsx';
import { Choices } from '../parts/Choices.tsx';
import { Combobox } from '../parts/Combobox.tsx';
import { Copy } from '../parts/Copy.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Failure } from '../parts/Failure.tsx';
import { Field } from '../parts/Field.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Money } from '../parts/Money.tsx';
import { Note } from '../parts/Note.tsx';
import { Pager } from '../parts/Pager.tsx';
import { ProductPicture } from '../parts/ProductPicture.tsx';
import { QuantityStepper } from '../parts/QuantityStepper.tsx';
import { Select } from '../parts/Select.tsx';
import { SkeletonRows } from '../parts/Skeleton.tsx';
import { Status, type Tone } from '../parts/Status.tsx';
import { StatusLine } from '../parts/StatusLine.tsx';
import { Table } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import type { Language } from '../shared/language.ts';
import { nowMs, orderOf, products } from './data.ts';
import { Frame } from './Frame.tsx';
import { partTexts } from './partTexts.ts';
import { galleryWords } from './words.ts';

type SectionProps = { readonly title: string; readonly children: ComponentChildren };

const Section = ({ title, children }: SectionProps) => (
  <section class="card stack">
    <h2 lang="en">{title}</h2>
    {children}
  </section>
);

const toneNames: readonly Tone[] = ['calm', 'busy', 'good', 'warn', 'bad'];

/** Every part in every state. */
export const PartsPage = ({ language }: { readonly language: Language }) => (
  <Frame language={language} here="none">
    <div class="page wide">
      <h1 lang="en">Parts</h1>
      <Buttons language={language} />
      <Fields language={language} />
      <Quantities language={language} />
      <Words language={language} />
      <Dialogs language={language} />
      <Lists language={language} />
      <Pictures />
    </div>
  </Frame>
);

type PartProps = { readonly language: Language };

const Buttons = ({ language }: PartProps) => {
  const text = partTexts[language];
  return (
    <Section title="Button, LinkButton">
      <div class="row">
        <Button look="main">{text.save}</Button>
        <Button>{text.save}</Button>
        <Button look="quiet">{text.save}</Button>
        <Button look="danger">{text.remove}</Button>
        <Button look="main" busy>
          {text.save}
        </Button>
        <Button label={text.remove}>
          <Icon name="trash" />
        </Button>
        <LinkButton href="#main">{text.open}</LinkButton>
      </div>
      <div class="row">
        <Button look="main" blocked={text.blocked}>
          {text.save}
        </Button>
      </div>
    </Section>
  );
};

const Fields = ({ language }: PartProps) => {
  const text = partTexts[language];
  const [name, setName] = useState('');
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState('');
  const [order, setOrder] = useState('new');
  const [ticked, setTicked] = useState(true);
  const [method, setMethod] = useState('pm_card_visa');
  const found = products.filter((product) => product.name.toLowerCase().includes(query.toLowerCase()));
  return (
    <Section title="Field, Select, Checkbox, Choices, Combobox">
      <Field label={text.name} name="name" value={name} onInput={setName} hint={text.hint} />
      <Field label={text.name} name="wrong" value="" onInput={() => undefined} problem={text.missing} />
      <Select
        label={text.sort}
        value={order}
        onChange={setOrder}
        options={[
          { value: 'new', label: text.newest },
          { value: 'old', label: text.oldest },
        ]}
      />
      <div class="row">
        <Checkbox label={text.agree} checked={ticked} onChange={setTicked} />
        <Checkbox label={text.agree} checked={false} mixed onChange={() => undefined} />
        <Checkbox label={text.agree} checked={false} disabled onChange={() => undefined} />
      </div>
      <Choices
        label={text.method}
        value={method}
        onChange={setMethod}
        options={galleryWords(language).methods}
      />
      <Combobox
        label={galleryWords(language).catalogue.search}
        placeholder={galleryWords(language).catalogue.searchHint}
        value={query}
        onInput={setQuery}
        options={query === '' ? null : found.map(({ id, name: label }) => ({ id, label }))}
        onChoose={(id) => setChosen(found.find((product) => product.id === id)?.code ?? '')}
        onSubmit={(typed) => setChosen(`“${typed}”`)}
        words={{
          clear: galleryWords(language).catalogue.clear,
          list: galleryWords(language).catalogue.suggestions,
          nothing: galleryWords(language).catalogue.nothingFound,
          found: galleryWords(language).catalogue.found,
        }}
      />
      <output id="chosen">{chosen}</output>
    </Section>
  );
};

const Quantities = ({ language }: PartProps) => {
  const [quantity, setQuantity] = useState(1);
  const { catalogue } = galleryWords(language);
  const words = {
    label: catalogue.quantityOf('A'),
    less: catalogue.less('A'),
    more: catalogue.more('A'),
    problem: catalogue.quantityProblem,
  };
  return (
    <Section title="QuantityStepper">
      <div class="row">
        <QuantityStepper value={quantity} limits={{ min: 1, max: 5 }} onChange={setQuantity} words={words} />
        <output id="quantity">{quantity}</output>
      </div>
      <QuantityStepper value={0} limits={{ min: 1, max: 5 }} onChange={() => undefined} words={words} />
    </Section>
  );
};

const Words = ({ language }: PartProps) => {
  const text = partTexts[language];
  const { state } = galleryWords(language);
  return (
    <Section title="Money, Time, Status, Note, Failure, StatusLine, Copy">
      <p class="row">
        <Money value={{ amount: 1_199_000, currency: 'VND' }} />
        <Money value={{ amount: 1999, currency: 'USD' }} />
        <Time at="2026-11-26T07:02:00.000Z" />
        <Time at="2026-11-26T07:02:00.000Z" now={nowMs} />
      </p>
      <p class="row">
        {toneNames.map((tone) => (
          <Status key={tone} tone={tone}>
            {text.tones[tone]}
          </Status>
        ))}
      </p>
      {toneNames.map((tone) => (
        <Note key={tone} tone={tone}>
          <p>{text.notes[tone]}</p>
          {tone === 'bad' ? <Button>{text.again}</Button> : null}
        </Note>
      ))}
      <Failure
        title={state.lost}
        text={state.lostText}
        requestId="0198c0de-77aa-7000-8000-00000000beef"
        onRetry={() => undefined}
        words={{ ...state, ...text.copy }}
      />
      <StatusLine>{text.saved}</StatusLine>
      <Copy text="7F3K-9QMD-22XA-P0LW" words={text.copy} />
    </Section>
  );
};

const Dialogs = ({ language }: PartProps) => {
  const text = partTexts[language];
  const [open, setOpen] = useState<'none' | 'dialog' | 'sheet'>('none');
  const close = () => setOpen('none');
  const actions = (
    <>
      <Button onPress={close}>{text.keep}</Button>
      <Button look="danger" onPress={close}>
        {text.remove}
      </Button>
    </>
  );
  return (
    <Section title="Dialog, Sheet">
      <div class="row">
        <Button onPress={() => setOpen('dialog')}>{text.openDialog}</Button>
        <Button onPress={() => setOpen('sheet')}>{text.openSheet}</Button>
      </div>
      {(['dialog', 'sheet'] as const).map((kind) => (
        <Dialog
          key={kind}
          isOpen={open === kind}
          isSheet={kind === 'sheet'}
          title={text.question}
          closeLabel={text.close}
          onClose={close}
          actions={actions}
        >
          <p>{text.consequence}</p>
        </Dialog>
      ))}
    </Section>
  );
};

const Lists = ({ language }: PartProps) => {
  const text = partTexts[language];
  const rows = [orderOf(0, 2, 'paid'), orderOf(1, 1, 'completed'), orderOf(3, 1, 'failed')];
  return (
    <Section title="Table, Pager, Timeline, EmptyState, Skeleton">
      <Table
        caption={text.table}
        rows={rows}
        keyOf={(row) => row.id}
        columns={[
          { key: 'name', head: text.name, cell: (row) => row.product.name },
          { key: 'status', head: text.status, cell: () => <Status tone="busy">{text.tones.busy}</Status> },
          { key: 'total', head: text.total, cell: (row) => <Money value={row.total} />, isNumber: true },
        ]}
      />
      <Pager
        label={text.pages}
        first={{ href: '#main', label: text.firstPage }}
        next={{ href: '#main', label: text.nextPage }}
      />
      <Timeline
        label={text.events}
        items={[
          { key: 'a', tone: 'good', title: text.tones.good, at: '2026-11-26T07:01:00.000Z' },
          {
            key: 'b',
            tone: 'bad',
            title: text.tones.bad,
            at: '2026-11-26T07:02:00.000Z',
            detail: text.notes.bad,
          },
          { key: 'c', tone: 'busy', title: text.tones.busy, at: '2026-11-26T07:03:00.000Z' },
          { key: 'd', tone: 'calm', title: text.tones.calm, at: null },
        ]}
      />
      <EmptyState title={text.empty} action={<LinkButton href="#main">{text.open}</LinkButton>}>
        {text.hint}
      </EmptyState>
      <SkeletonRows label={text.loading} rows={2} />
    </Section>
  );
};

const Pictures = () => (
  <Section title="ProductPicture, Icon">
    <div class="picture-row">
      {['physical', 'digital', 'service', 'voucher', 'toString'].map((type) => (
        <ProductPicture key={type} imageUrl={null} type={type} />
      ))}
    </div>
  </Section>
);
