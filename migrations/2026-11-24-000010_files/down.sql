drop table file_work;
drop table file_owner_transfer_history;
drop table file_owner;
drop table file;
