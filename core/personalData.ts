/**
 * Every column of both databases, and what the erasure of a customer does with it. A test compares the list with the
 * schemas, so a new column has to be classified here. The statements of the erasure are made from it.
 *
 * - `blank`, `drop`: becomes an empty text, or null.
 * - `scrub`: the customer's addresses are taken out of a text that people or servers wrote.
 * - `scrub_json`: the same inside JSON that programs read.
 * - `delete`: the row goes.
 * - `keep`: stays, for the reason given.
 */
export type Erasure = 'blank' | 'drop' | 'scrub' | 'scrub_json' | 'delete' | 'keep';

/** The rows of a table that belong to the customer. */
export type PersonalScope =
  /** Of their orders, checkouts, refunds or unfinished tasks. */
  | { readonly orders: string }
  | { readonly checkouts: string }
  | { readonly refunds: string }
  | { readonly tasks: string }
  | { readonly customer: string }
  /** Sent to one of their addresses. */
  | { readonly address: string }
  /** Any row may name them. Only for tables that stay small. */
  | 'all'
  /** The same, for the rows that this condition finds. */
  | { readonly where: string };

type PersonalColumn = {
  readonly erasure: Erasure;
  readonly why: string;
  /** The row is erased if one of these fits. None for `keep`. */
  readonly of?: readonly PersonalScope[];
};

export type PersonalTable = {
  readonly personal: Readonly<Record<string, PersonalColumn>>;
  /** The columns that name nobody. */
  readonly other: string;
};

const keep = (why: string): PersonalColumn => ({ erasure: 'keep', why });
const erase = (
  erasure: Exclude<Erasure, 'keep'>,
  of: readonly PersonalScope[],
  why: string,
): PersonalColumn => ({ erasure, why, of });

const pseudonym = keep(
  'The id that the issuer of the tokens gave. Only the issuer knows whose it is, and the books need to tell buyers apart.',
);
const bought = keep('What was sold, when and for how much: the books of the shop. It names nobody.');
const operatorId = keep('Who did a command stays known by an id.');
const operatorAddress = (column: string): PersonalColumn =>
  erase('blank', [{ customer: column }], 'An operator can be a customer too. The id says who it was.');
/** A customer has only keys of orders, whose responses have no address, and they are by far the most. */
const commandOfOperator: PersonalScope = { where: `route <> 'POST /orders'` };
/**
 * What they are about may have no order: a pause, a job, a case such as a dispute, or a charge that is given back. An
 * index by action finds them.
 */
const notesOfOperators: PersonalScope = {
  where: `action in ('case.acknowledge', 'case.refund', 'pause.begin', 'pause.end', 'task.skip')`,
};
/** A refund of a charge that paid for no order, such as a second one of a payment, has neither. There are few. */
const refundOfCustomer: readonly PersonalScope[] = [
  ...[{ orders: 'order_id' }, { checkouts: 'payment_id' }],
  { where: 'order_id is null and payment_id is null' },
];
const mail = (of: string): PersonalColumn =>
  erase('delete', [{ checkouts: 'checkout_id' }, { address: 'recipient' }], `A captured mail: ${of}.`);

export const personalData: Readonly<Record<string, PersonalTable>> = {
  acknowledgement: {
    personal: {
      note: erase('scrub', ['all'], 'An operator wrote it, and may have named a customer.'),
      actor_id: operatorId,
      actor_email: operatorAddress('actor_id'),
    },
    other: 'money_check subject actor_name at_ms',
  },
  activity: {
    personal: {
      actor_id: operatorId,
      actor_email: operatorAddress('actor_id'),
      target: keep('An id: of an order, a task, or a customer.'),
      detail: erase(
        'scrub',
        [
          ...[{ orders: 'order_id' }, { orders: 'target' }, { checkouts: 'target' }, { refunds: 'target' }],
          notesOfOperators,
        ],
        'A reason or note of an operator, who may have named the customer.',
      ),
    },
    other: 'id actor_name action order_id request_id at_ms',
  },
  audit: {
    personal: { customer_id: pseudonym },
    other: 'id key order_ids created_ms number_prefix sequence',
  },
  captured_mail: {
    personal: {
      recipient: mail('where it went'),
      subject: mail('what was bought'),
      text: mail('what was bought'),
      html: mail('what was bought'),
      contents: mail('the invoice in it has the address'),
    },
    other: 'id message_id checkout_id order_ids attachments at_ms',
  },
  command_key: {
    personal: {
      caller_id: pseudonym,
      fingerprint: erase('scrub_json', [commandOfOperator], 'The body of a command, with its note.'),
      value: erase(
        'scrub_json',
        [commandOfOperator],
        'The first response of a command. Those of operators name who did it, and repeat notes. It goes after a day.',
      ),
    },
    other: 'key route created_ms',
  },
  counted_checkout: {
    personal: { customer_id: pseudonym },
    other: 'checkout_id created_ms',
  },
  credit_note_counter: { personal: {}, other: 'year last' },
  dispute: {
    personal: {},
    other: 'id payment_id reference amount currency reason status at_ms updated_ms',
  },
  event: {
    personal: { body: keep('An event has the id of the customer and never an address.') },
    other: 'subscription_id subject sequence kind type at_ms quantity amount attempts lease due_ms',
  },
  event_batch: {
    personal: {},
    other: 'id subscription_id at_ms events subjects sequences types quantities amounts',
  },
  finished_tasks: { personal: {}, other: 'at_ms pipeline tasks' },
  heartbeat: { personal: {}, other: 'id at_ms' },
  invoice: {
    personal: {
      content: erase(
        'scrub_json',
        [{ checkouts: 'checkout_id' }],
        'The law keeps the invoice: its number, lines and amounts. The address of the customer goes.',
      ),
    },
    other: 'year sequence checkout_id task_id pipeline issued_ms',
  },
  invoice_counter: { personal: {}, other: 'year last' },
  invoice_request: {
    personal: { body: keep('It has the id of the customer and no address. The answer removes it.') },
    other: 'checkout_id requested_ms answered_ms number url',
  },
  licence: { personal: { key: keep('What was sold. It names nobody.') }, other: 'order_id unit' },
  migration: { personal: {}, other: 'name applied_at applied_ms works_beside' },
  order_dataset: {
    personal: { customer_id: pseudonym },
    other: `position id product_id product_code product_name product_type quantity amount currency status checkout_id
      checkout_number disputed expires_ms created_ms updated_ms name_unaccent code_unaccent name_vector name_position
      payment_status payment_method payment_reference payment_decline_code payment_action payment_amount
      payment_currency queue_state queue_step queue_error`,
  },
  order_ended: { personal: {}, other: 'status order_id snapshot_id name_vector' },
  order_expiry: { personal: {}, other: 'walk passed_ms' },
  order_history: { personal: {}, other: 'order_id seq state at_ms detail stored_seq' },
  order_search: {
    personal: { customer_id: pseudonym, facets: keep('A character made of the id of the customer.') },
    other: 'order_id snapshot_id name_vector name code order_search rank',
  },
  order_state: {
    personal: {
      detail: erase('scrub', [{ orders: 'order_id' }], 'The error of a server may name the address.'),
    },
    other: 'order_id seq state at_ms reserved',
  },
  orders: {
    personal: {
      customer_id: pseudonym,
      email: erase('blank', [{ orders: 'id' }], 'Where the mails went.'),
      language: erase('drop', [{ orders: 'id' }], 'What the customer reads.'),
      product_name: bought,
    },
    other: `position id product_id product_code product_type quantity amount currency status checkout_id checkout_number
      disputed seq held expires_ms created_ms updated_ms`,
  },
  pause: {
    personal: { reason: erase('scrub', ['all'], 'What a server answered may name the address of a mail.') },
    other: 'id pipeline step origin since_ms probe_at_ms probe_task_id probe_failures',
  },
  payment: {
    personal: {
      method: keep('The provider’s id of the means of payment. Who it belongs to, only the provider knows.'),
      reference: keep('The provider’s id of the charge, by which it is refunded.'),
      response: keep('The response under the audit GUID: statuses and ids.'),
      action: keep('Only while the customer is asked by the bank. Then nobody is erased.'),
    },
    other: 'id status attempt amount currency decline_code recover_ms claimed_ms updated_ms',
  },
  payment_attempt: { personal: {}, other: 'order_id payment_id attempt status decline_code at_ms' },
  product: {
    personal: {},
    other: `position id code name type amount currency image_url archived created_ms updated_ms name_unaccent name_exact
      name_vector snapshot_id`,
  },
  product_search: { personal: {}, other: 'name code exact_name exact_code product_search rank' },
  product_snapshot: { personal: {}, other: 'id sold_before type name_unaccent name_vector' },
  product_unindexed: { personal: {}, other: 'product_id' },
  provider_event: {
    personal: {
      body: keep(
        'What the provider sent. What names people in it is taken out before it is stored, and the row goes after a time.',
      ),
    },
    other: 'id provider event_id type event received_ms',
  },
  queue_history: { personal: {}, other: 'at_ms pipeline finished ready' },
  retention_progress: { personal: {}, other: 'kind after' },
  reconciliation: {
    personal: {},
    other: 'id day day_ms end_ms created_ms finished_ms charges refunds differences',
  },
  reconciliation_difference: {
    personal: {},
    other: `id reconciliation_id kind provider_id charge_reference payment_id refund_id ours_amount ours_currency
      theirs_amount theirs_currency at_ms`,
  },
  refund: {
    personal: {
      reason: erase('scrub', refundOfCustomer, 'An operator wrote it, and may have named the customer.'),
      error: erase('scrub', refundOfCustomer, 'The words of the provider.'),
      fingerprint: erase(
        'scrub_json',
        refundOfCustomer,
        'It has the reason. The same command under the same key is then refused, and refunds nothing twice.',
      ),
    },
    other: `id key order_id payment_id charge_reference amount currency origin restock status reference
      credit_note_year credit_note_sequence credited_invoice credited_line created_ms updated_ms`,
  },
  search_rebuild: { personal: {}, other: 'version part after' },
  search_version: { personal: {}, other: 'version' },
  secret: { personal: {}, other: 'name value' },
  service_key: {
    personal: { creator_id: operatorId, creator_email: operatorAddress('creator_id') },
    other: 'id hash name permissions created_ms expires_ms last_used_ms',
  },
  shipment: { personal: {}, other: 'order_id requested_ms' },
  sold_units: { personal: {}, other: 'id product_id units' },
  step_ledger: {
    personal: {
      body: erase(
        'scrub_json',
        [{ tasks: 'task_id' }],
        'The request that a carrier has not answered yet. The answer removes it.',
      ),
    },
    other: 'task_id step intended_ms accepted_ms',
  },
  step_reference: {
    personal: {
      reference: keep('What the carrier calls the parcel, for its claims and returns.'),
      url: keep('The page of the parcel at the carrier, who holds the address for itself.'),
    },
    other: 'order_id step',
  },
  stock: { personal: {}, other: 'product_id limited units delivered' },
  stock_difference: { personal: {}, other: 'id order_id detail since_ms' },
  subscription: {
    personal: {},
    other: `id kind target types paused pause_reason secret previous_secret failures failing_since_ms retry_ms created_ms
      secret_changed_ms lease lease_until_ms`,
  },
  task: {
    personal: {
      last_error: erase(
        'scrub',
        [{ checkouts: 'checkout_id' }, { refunds: 'job_id' }],
        'What a mail server answered may name the address.',
      ),
    },
    other: `id checkout_id order_ids seqs job_id pipeline step state attempts crashes lease lease_until_ms run_ms
      traceparent`,
  },
  webhook_delivery: {
    personal: { body: keep('An event has the id of the customer and never an address.') },
    other: `subscription_id id subject sequence kind type event_ms attempts delivered_ms attempt_ms response_status
      error`,
  },
};

/** The columns of a table that the list knows. */
export const classifiedColumns = ({ personal, other }: PersonalTable): readonly string[] => [
  ...Object.keys(personal),
  ...other.split(/\s+/).filter((name) => name !== ''),
];
