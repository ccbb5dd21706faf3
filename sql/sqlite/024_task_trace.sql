-- Works beside 0.2.0.
-- The span that caused the task, as W3C `traceparent`. Null where that trace is not kept.
alter table task add column traceparent text;
