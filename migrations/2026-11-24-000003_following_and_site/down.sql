drop table term_translation, task_status, system_info, following;
alter table site drop column sealed_token;
