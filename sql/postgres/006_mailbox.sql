-- Captured mails. They are stored here if no mail server is configured.
create table captured_mail (
  id bigint primary key generated always as identity,
  message_id text not null unique,
  checkout_id uuid,
  order_ids uuid[] not null,
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  -- A name, a type and a size for each attachment; `contents` has the bytes of all of them, one after the other.
  attachments jsonb not null,
  contents bytea,
  at_ms bigint not null
);

create index captured_mail_recipient on captured_mail (recipient, id);
