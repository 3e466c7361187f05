-- Vocabularies: closed lists of tags beside the free ones.

create table vocabulary (
    id    text collate "C" primary key,
    name  text collate "C" not null unique
);
alter table tag add constraint tag_vocabulary_id_fkey foreign key (vocabulary_id) references vocabulary;
create unique index tag_of_vocabulary on tag (vocabulary_id, name) where vocabulary_id is not null;
