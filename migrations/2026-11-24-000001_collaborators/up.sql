-- Who may read or write one dataset beside the members of its organization.
create table package_collaborator (
    package_id  text collate "C" not null references package on delete cascade,
    user_id     text collate "C" not null references users on delete cascade,
    capacity    text not null check (capacity in ('admin', 'editor', 'member')),
    modified    timestamp not null,
    primary key (package_id, user_id)
);
create index package_collaborator_of_user on package_collaborator (user_id);

-- Datasets that member_create put into an organization. It need not own them: only member_list goes by it.
create table organization_package (
    group_id    text collate "C" not null references groups on delete cascade,
    package_id  text collate "C" not null references package on delete cascade,
    capacity    text not null,
    primary key (group_id, package_id)
);
create index organization_package_of_package on organization_package (package_id);

-- The collaborators' label, on every dataset that not everybody sees; the index learns of it through the log.
update package_document set labels = labels || ('collaborator-' || id) where not labels @> '{public}';
insert into change_log (entity, id, kind, version)
    select 'package', id, 'update', version from package_document where not labels @> '{public}';
