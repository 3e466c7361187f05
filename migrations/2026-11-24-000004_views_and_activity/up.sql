-- How resources are looked at, how datasets relate to each other, and who changed what.

create table resource_view (
    id           text collate "C" primary key,
    resource_id  text collate "C" not null references resource on delete cascade,
    title        text,
    description  text,
    view_type    text not null,
    position     integer not null,
    -- What the kind of view knows beside: one object.
    config       jsonb not null default '{}'
);
create index resource_view_of_resource on resource_view (resource_id);

-- Always the forward type (`child_of`, never `parent_of`); the other side reads it the other way round.
create table package_relationship (
    id                  text collate "C" primary key,
    subject_package_id  text collate "C" not null references package on delete cascade,
    object_package_id   text collate "C" not null references package on delete cascade,
    type                text collate "C" not null check (type in ('depends_on', 'derives_from', 'links_to', 'child_of')),
    comment             text not null default '',
    unique (subject_package_id, object_package_id, type)
);
create index package_relationship_of_object on package_relationship (object_package_id);

-- One row a change that people are told of, written in the transaction of the change; a partition a month.
create table activity (
    id                 text collate "C" not null,
    timestamp          timestamp not null,
    user_id            text collate "C",
    object_id          text collate "C",
    activity_type      text,
    -- JSON: for a dataset the whole version, as it was shown.
    data               text not null,
    -- Who may see it; null where everybody may who may see the object.
    permission_labels  text[],
    primary key (id, timestamp)
) partition by range (timestamp);
create index activity_by_time on activity (timestamp);
create index activity_of_object on activity (object_id, timestamp);
create index activity_of_user on activity (user_id, timestamp);
-- For what no month was made for: nothing is ever refused.
create table activity_other partition of activity default;

-- Makes the partitions of this month and of so many after it. One whose rows lie in `activity_other` already is left out.
create function make_activity_partitions(months integer) returns void language plpgsql as $$
declare
    begins timestamp;
begin
    for i in 0..months loop
        begins := date_trunc('month', clock_timestamp() at time zone 'utc') + make_interval(months => i);
        begin
            execute format('create table if not exists %I partition of activity for values from (%L) to (%L)',
                'activity_' || to_char(begins, 'YYYYMM'), begins, begins + interval '1 month');
        exception when check_violation then
            raise notice 'activity_other holds rows of %', begins;
        end;
    end loop;
end $$;
select make_activity_partitions(12);

-- In which groups a dataset was before: what becomes of it in the end is told there too.
create table package_group_past (
    package_id  text collate "C" not null references package on delete cascade,
    group_id    text collate "C" not null references groups on delete cascade,
    primary key (package_id, group_id)
);
create index package_group_past_of_group on package_group_past (group_id);

-- When somebody looked at his dashboard last; who has no row has not looked since he came.
create table dashboard (
    user_id                      text collate "C" primary key references users on delete cascade,
    activity_stream_last_viewed  timestamp not null
);
