-- Mails without attachments stay uncompressed in their row. Compressing them took most of the time of an insert.
alter table captured_mail set (toast_tuple_target = 8160);
