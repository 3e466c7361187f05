-- The foundation: people, organizations and groups, datasets, the change log, harvesting.
-- Ids are text (CKAN's are UUIDs as text, and harvested ones may be anything), compared byte by byte.

create table site (
    only_row  boolean primary key default true check (only_row),
    -- Which database this is: an index or cache that belongs to another one is thrown away.
    instance  text not null default gen_random_uuid()::text
);
insert into site default values;

create table users (
    id             text collate "C" primary key,
    name           text collate "C" not null unique,
    fullname       text,
    email          text,
    password_hash  text,
    about          text,
    image_url      text,
    plugin_extras  jsonb,
    sysadmin       boolean not null default false,
    state          text not null default 'active',
    created        timestamp not null,
    last_active    timestamp,
    activity_streams_email_notifications boolean not null default false
);
create unique index users_email_of_active on users (lower(email)) where state = 'active' and email is not null;

create table api_token (
    id           text collate "C" primary key,
    name         text not null,
    user_id      text collate "C" not null references users on delete cascade,
    -- sha256 of the token; the token itself is never stored.
    token_hash   bytea not null unique,
    created_at   timestamp not null,
    last_access  timestamp
);
create index api_token_of_user on api_token (user_id);

-- CKAN's groups: organizations own datasets, groups collect them. They share one name space.
create table groups (
    id               text collate "C" primary key,
    name             text collate "C" not null unique,
    title            text not null default '',
    description      text not null default '',
    image_url        text not null default '',
    type             text not null,
    is_organization  boolean not null,
    state            text not null default 'active',
    approval_status  text not null default 'approved',
    created          timestamp not null,
    extras           jsonb not null default '[]',
    translations     jsonb not null default '{}'
);

create table group_member (
    group_id  text collate "C" not null references groups on delete cascade,
    user_id   text collate "C" not null references users on delete cascade,
    capacity  text not null check (capacity in ('admin', 'editor', 'member')),
    primary key (group_id, user_id)
);
create index group_member_of_user on group_member (user_id);

create table group_parent (
    group_id   text collate "C" not null references groups on delete cascade,
    parent_id  text collate "C" not null references groups on delete cascade,
    capacity   text not null default 'public',
    primary key (group_id, parent_id)
);

create table package (
    id                 text collate "C" primary key,
    name               text collate "C" not null unique,
    title              text not null,
    version            text,
    url                text,
    author             text,
    author_email       text,
    maintainer         text,
    maintainer_email   text,
    notes              text,
    license_id         text,
    type               text not null default 'dataset',
    state              text not null default 'active',
    private            boolean not null default false,
    owner_org          text collate "C" references groups,
    creator_user_id    text collate "C",
    metadata_created   timestamp not null,
    metadata_modified  timestamp not null,
    extras             jsonb not null default '[]',
    title_translated   jsonb not null default '{}',
    notes_translated   jsonb not null default '{}',
    -- Counts the writes of this dataset: `expected_version`, ETags and the index compare it.
    revision           bigint not null default 1
);
create index package_of_organization on package (owner_org);
create index package_of_creator on package (creator_user_id);

create table resource (
    id                  text collate "C" primary key,
    package_id          text collate "C" not null references package on delete cascade,
    position            integer not null,
    url                 text not null default '',
    name                text,
    description         text,
    format              text not null default '',
    hash                text not null default '',
    mimetype            text,
    mimetype_inner      text,
    resource_type       text,
    size                bigint,
    cache_url           text,
    cache_last_updated  timestamp,
    created             timestamp not null,
    last_modified       timestamp,
    metadata_modified   timestamp not null,
    state               text not null default 'active',
    url_type            text,
    extras              jsonb not null default '{}'
);
create index resource_of_package on resource (package_id);

create table tag (
    id             text collate "C" primary key,
    name           text collate "C" not null,
    vocabulary_id  text collate "C"
);
create unique index tag_name on tag (name) where vocabulary_id is null;

create table package_tag (
    package_id  text collate "C" not null references package on delete cascade,
    tag_id      text collate "C" not null references tag on delete cascade,
    primary key (package_id, tag_id)
);
create index package_tag_of_tag on package_tag (tag_id);

create table package_group (
    package_id  text collate "C" not null references package on delete cascade,
    group_id    text collate "C" not null references groups on delete cascade,
    primary key (package_id, group_id)
);
create index package_group_of_group on package_group (group_id);

-- What `package_show` answers, rendered in the transaction that wrote the rows.
create table package_document (
    id                 text collate "C" primary key references package on delete cascade,
    name               text collate "C" not null unique,
    version            bigint not null,
    owner_org          text collate "C",
    groups             text[] not null,
    labels             text[] not null,
    state              text not null,
    private            boolean not null,
    metadata_modified  timestamp not null,
    body               text not null
);
do $$ begin
    execute 'alter table package_document alter column body set compression lz4';
exception when feature_not_supported then
    raise notice 'this PostgreSQL was built without lz4: documents use its default compression';
end $$;

-- Every committed change, in the transaction that made it. Sequence order is not commit order: a reader may only
-- pass over rows whose xid lies below pg_snapshot_xmin.
create table change_log (
    seq      bigint generated always as identity primary key,
    xid      xid8 not null default pg_current_xact_id(),
    at       timestamp not null default (clock_timestamp() at time zone 'utc'),
    entity   text not null,
    id       text collate "C" not null,
    kind     text not null check (kind in ('create', 'update', 'delete', 'purge')),
    version  bigint
);
create index change_log_by_xid on change_log (xid, seq);

create table harvest_source (
    id             text collate "C" primary key,
    name           text collate "C" not null unique,
    url            text not null,
    title          text not null,
    description    text not null default '',
    type           text not null,
    -- JSON; the remote's API key stands in it as ***.
    config         text not null default '',
    -- The remote's API key, sealed with the site's secret; never shown.
    sealed_key     bytea,
    active         boolean not null default true,
    private        boolean not null default false,
    state          text not null default 'active',
    frequency      text not null default 'MANUAL',
    owner_org      text collate "C" references groups,
    user_id        text collate "C",
    publisher_id   text,
    created        timestamp not null,
    modified       timestamp not null,
    next_run       timestamp
);

create table harvest_job (
    id              text collate "C" primary key,
    source_id       text collate "C" not null references harvest_source on delete cascade,
    status          text not null check (status in ('New', 'Running', 'Finished', 'Aborted', 'Held')),
    created         timestamp not null,
    gather_started  timestamp,
    gather_finished timestamp,
    finished        timestamp,
    -- False: waits for `harvest_jobs_run`.
    ready           boolean not null default true,
    -- True: deletes what is gone, however much it is.
    force           boolean not null default false,
    -- The worker that runs it, until when, and the fencing number that each of its writes must still find.
    lease_owner     text,
    lease_until     timestamp,
    fence           bigint not null default 0,
    abort_requested boolean not null default false,
    -- Where the protocol goes on after a stop.
    cursor          jsonb not null default '{}',
    added           bigint not null default 0,
    updated         bigint not null default 0,
    deleted         bigint not null default 0,
    unchanged       bigint not null default 0,
    errored         bigint not null default 0,
    seen            bigint not null default 0,
    total           bigint,
    note            text
);
create unique index harvest_job_open on harvest_job (source_id) where status in ('New', 'Running');
create index harvest_job_of_source on harvest_job (source_id, created);

-- What a source holds: one row a remote dataset, kept over all jobs. The id follows from source and guid.
create table harvest_object (
    id                text collate "C" primary key,
    source_id         text collate "C" not null references harvest_source on delete cascade,
    guid              text collate "C" not null,
    package_id        text collate "C" references package on delete set null,
    -- sha256 of the configuration and of the bytes that came, or of their canonical form: equal means nothing to do.
    raw_hash          bytea,
    content_hash      bytea,
    outcome           text not null,
    state             text not null,
    job_id            text collate "C" not null,
    metadata_modified timestamp,
    gathered          timestamp not null,
    import_finished   timestamp,
    current           boolean not null default true
);
create index harvest_object_of_source on harvest_object (source_id, id);
create index harvest_object_of_package on harvest_object (package_id);

-- What the running job has met so far, 16 bytes an object: what is missing at the end has vanished.
create table harvest_seen (
    job_id  text collate "C" not null references harvest_job on delete cascade,
    page    bigint not null,
    hashes  bytea not null,
    primary key (job_id, page)
);

create table harvest_error (
    id         bigint generated always as identity primary key,
    job_id     text collate "C" not null references harvest_job on delete cascade,
    object_id  text collate "C",
    guid       text,
    stage      text not null,
    message    text not null,
    created    timestamp not null
);
create index harvest_error_of_job on harvest_error (job_id, id);
create index harvest_error_of_object on harvest_error (object_id);
