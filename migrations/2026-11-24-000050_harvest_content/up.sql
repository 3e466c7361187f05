-- What a remote said of a dataset, as it came: `content` of harvest_object_show. Beside the objects, which are read by the
-- thousand without it.
create table harvest_content (
    object_id  text collate "C" primary key references harvest_object on delete cascade,
    content    text,
    extras     jsonb not null default '{}'
);
