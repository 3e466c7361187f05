alter table dashboard drop column email_last_sent;
