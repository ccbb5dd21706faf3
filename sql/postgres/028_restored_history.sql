-- Works beside 0.2.0.
-- A history that comes back from an archive tells of nothing new, so it makes no events. Restoring sets this setting in
-- its transaction.
create or replace trigger order_state_events after insert on order_state
  referencing new table as appended for each statement
  when (coalesce(current_setting('cartwright.restoring', true), '') <> 'on')
  execute function order_state_events();
