-- Captured mails, where no mail server is set.
create table captured_mail (
  id integer primary key,
  message_id text not null unique,
  checkout_id text,
  -- A JSON array.
  order_ids text not null,
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  -- A name, a type and a size for each attachment; `contents` has the bytes of all of them, one after the other.
  attachments text not null,
  contents blob,
  at_ms integer not null
) strict;

-- Like every index in SQLite, it ends with the row's id.
create index captured_mail_recipient on captured_mail (recipient);
