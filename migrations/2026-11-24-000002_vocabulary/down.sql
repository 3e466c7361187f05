drop index tag_of_vocabulary;
alter table tag drop constraint tag_vocabulary_id_fkey;
drop table vocabulary;
