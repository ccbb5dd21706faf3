-- Works beside 0.2.0.
-- When the secret was changed: the one before it counts for a day more. Null if it never was.
alter table subscription add column secret_changed_ms integer;

-- The deliveries that have failed, newest first, of an endpoint that has taken millions.
create index webhook_delivery_failed on webhook_delivery (subscription_id, id) where delivered_ms is null;
