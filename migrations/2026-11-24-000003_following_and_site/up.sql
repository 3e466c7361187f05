-- Who follows what, and what sysadmins keep about the site.

-- The token of the user that the site itself acts as, sealed with the site's secret: get_site_user shows it to sysadmins.
alter table site add column sealed_token bytea;

create table following (
    follower_id  text collate "C" not null references users on delete cascade,
    kind         text collate "C" not null check (kind in ('dataset', 'group', 'user')),
    object_id    text collate "C" not null,
    followed     timestamp not null,
    -- The same id once more, so that what goes for good takes its followers along.
    dataset_id   text collate "C" generated always as (case when kind = 'dataset' then object_id end) stored
                 references package on delete cascade,
    group_id     text collate "C" generated always as (case when kind = 'group' then object_id end) stored
                 references groups on delete cascade,
    user_id      text collate "C" generated always as (case when kind = 'user' then object_id end) stored
                 references users on delete cascade,
    primary key (follower_id, kind, object_id)
);
create index following_of_object on following (object_id, kind);
create index following_of_dataset on following (dataset_id) where dataset_id is not null;
create index following_of_group on following (group_id) where group_id is not null;
create index following_of_user on following (user_id) where user_id is not null;

-- Options of the configuration that were changed while running: config_option_update.
create table system_info (
    key    text collate "C" primary key,
    value  text not null
);

create table task_status (
    id            text collate "C" primary key,
    entity_id     text collate "C" not null,
    entity_type   text not null,
    task_type     text collate "C" not null,
    key           text collate "C" not null,
    value         text not null,
    state         text,
    error         text,
    last_updated  timestamp,
    unique (entity_id, task_type, key)
);

create table term_translation (
    term              text not null,
    lang_code         text collate "C" not null,
    term_translation  text not null,
    -- Terms may be longer than an index takes.
    term_hash         text collate "C" generated always as (md5(term)) stored,
    primary key (term_hash, lang_code)
);
