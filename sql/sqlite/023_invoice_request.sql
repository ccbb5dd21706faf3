-- Works beside 0.2.0.
-- The one request of a checkout for its invoice, if an invoice service issues invoices, with the answer. All groups of
-- the checkout send it under one key, until one of them has the answer.
create table invoice_request (
  checkout_id text not null primary key,
  requested_ms integer not null,
  -- Every attempt of every group sends this text. The answer removes it.
  body text,
  answered_ms integer,
  -- What the service calls the invoice, and its page. It may send neither.
  number text,
  url text
) strict, without rowid;
