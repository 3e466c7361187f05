-- When a user was last told of his dashboard by e-mail; null: never.
alter table dashboard add column email_last_sent timestamp;
