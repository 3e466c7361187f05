-- Files that stand for themselves (CKAN 2.12's file subsystem), and what is still to be done on the disk.

create table file (
    id            text collate "C" primary key,
    name          text not null,
    storage       text collate "C" not null,
    -- Its place in the storage.
    location      text collate "C" not null,
    content_type  text not null,
    size          bigint not null,
    hash          text not null,
    algorithm     text not null,
    created       timestamp not null,
    storage_data  jsonb not null default '{}',
    plugin_data   jsonb not null default '{}',
    unique (storage, location)
);

-- Whose it is: whoever may do something with the owner may do it with the file.
create table file_owner (
    file_id     text collate "C" primary key references file on delete cascade,
    owner_id    text collate "C" not null,
    owner_type  text collate "C" not null,
    pinned      boolean not null default false
);
create index file_owner_of_owner on file_owner (owner_type, owner_id);

create table file_owner_transfer_history (
    id          text collate "C" primary key,
    file_id     text collate "C" not null references file_owner on delete cascade,
    owner_id    text collate "C" not null,
    owner_type  text collate "C" not null,
    actor       text not null,
    at          timestamp not null,
    action      text not null default 'transfer'
);
create index file_owner_transfer_history_of_file on file_owner_transfer_history (file_id);

-- Written with the change that it follows from, done after the commit, in this order for each place: a file that has
-- arrived is put there, or what is there is removed.
create table file_work (
    seq       bigint generated always as identity primary key,
    storage   text collate "C" not null,
    location  text collate "C" not null,
    -- The file that has arrived; null: remove.
    arrival   text collate "C"
);
create index file_work_of_place on file_work (storage, location);
create index file_work_of_arrival on file_work (arrival);
