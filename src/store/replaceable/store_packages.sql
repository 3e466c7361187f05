-- The one way in which datasets are stored: whole datasets in one call, so that the plans stay cached in the session
-- and a batch costs one round trip. `rows` is a JSON list; each row holds the dataset's columns, `revision` (1 for a new
-- dataset), `kind` of the change, `resources`, `tags`, `group_ids`, `labels` and `activity` (null: nobody is told);
-- `bodies` has one rendered body a row, in the same order. The caller holds the row locks of the datasets that exist.
-- Answers the sequence numbers in the change log.
drop function if exists store_packages(jsonb, text[]);
create or replace function store_packages(rows text, bodies text[]) returns setof bigint language plpgsql
-- Every step finds its rows by an index, whatever the statistics say: those of a new portal, or of a batch behind a
-- function, are guesses, and a guess of a hundred tags for a dataset reads the whole table for each.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    datasets jsonb := rows::jsonb;
    updated text[];
begin
    select coalesce(array_agg(d ->> 'id') filter (where (d ->> 'revision')::bigint > 1), '{}') into updated
    from jsonb_array_elements(datasets) d;

    insert into package (id, name, title, version, url, author, author_email, maintainer, maintainer_email, notes,
        license_id, type, state, private, owner_org, creator_user_id, metadata_created, metadata_modified, extras,
        title_translated, notes_translated, fields, revision)
    select d.id, d.name, d.title, d.version, d.url, d.author, d.author_email, d.maintainer, d.maintainer_email, d.notes,
        d.license_id, d.type, d.state, d.private, d.owner_org, d.creator_user_id, d.metadata_created,
        d.metadata_modified, d.extras, d.title_translated, d.notes_translated, d.fields, d.revision
    from jsonb_to_recordset(datasets) d(id text, name text, title text, version text, url text, author text,
        author_email text, maintainer text, maintainer_email text, notes text, license_id text, type text, state text,
        private boolean, owner_org text, creator_user_id text, metadata_created timestamp, metadata_modified timestamp,
        extras jsonb, title_translated jsonb, notes_translated jsonb, fields jsonb, revision bigint)
    on conflict (id) do update set name = excluded.name, title = excluded.title, version = excluded.version,
        url = excluded.url, author = excluded.author, author_email = excluded.author_email,
        maintainer = excluded.maintainer, maintainer_email = excluded.maintainer_email, notes = excluded.notes,
        license_id = excluded.license_id, type = excluded.type, state = excluded.state, private = excluded.private,
        owner_org = excluded.owner_org, creator_user_id = excluded.creator_user_id,
        metadata_modified = excluded.metadata_modified, extras = excluded.extras,
        title_translated = excluded.title_translated, notes_translated = excluded.notes_translated,
        fields = excluded.fields, revision = excluded.revision;

    if updated <> '{}' then
        delete from resource where id in (
            select id from resource where package_id = any (updated)
            except select e ->> 'id' from jsonb_array_elements(datasets) d, jsonb_array_elements(d -> 'resources') e);
        delete from package_tag t where t.package_id = any (updated);
        with gone as (delete from package_group g where g.package_id = any (updated) returning g.package_id, g.group_id)
        insert into package_group_past (package_id, group_id)
        select gone.package_id, gone.group_id from gone
        where not exists (select 1 from jsonb_array_elements(datasets) d
            where d ->> 'id' = gone.package_id and d -> 'group_ids' ? gone.group_id)
        on conflict do nothing;
    end if;

    insert into resource as kept (id, package_id, position, url, name, description, format, hash, mimetype,
        mimetype_inner, resource_type, size, cache_url, cache_last_updated, created, last_modified, metadata_modified,
        state, url_type, extras)
    select e.id, d ->> 'id', e.position, e.url, e.name, e.description, e.format, e.hash, e.mimetype, e.mimetype_inner,
        e.resource_type, e.size, e.cache_url, e.cache_last_updated, e.created, e.last_modified, e.metadata_modified,
        e.state, e.url_type, e.extras
    from jsonb_array_elements(datasets) d,
        jsonb_to_recordset(d -> 'resources') e(id text, position integer, url text, name text, description text,
            format text, hash text, mimetype text, mimetype_inner text, resource_type text, size bigint, cache_url text,
            cache_last_updated timestamp, created timestamp, last_modified timestamp, metadata_modified timestamp,
            state text, url_type text, extras jsonb)
    on conflict (id) do update set
        -- A resource never moves to another dataset: null breaks the column's rule and with it the whole write.
        package_id = case when kept.package_id = excluded.package_id then kept.package_id end,
        position = excluded.position, url = excluded.url, name = excluded.name, description = excluded.description,
        format = excluded.format, hash = excluded.hash, mimetype = excluded.mimetype,
        mimetype_inner = excluded.mimetype_inner, resource_type = excluded.resource_type, size = excluded.size,
        cache_url = excluded.cache_url, cache_last_updated = excluded.cache_last_updated, created = excluded.created,
        last_modified = excluded.last_modified, metadata_modified = excluded.metadata_modified, state = excluded.state,
        url_type = excluded.url_type, extras = excluded.extras
    where kept is distinct from excluded;

    insert into tag (id, name, vocabulary_id)
    select distinct t ->> 'id', t ->> 'name', t ->> 'vocabulary_id'
    from jsonb_array_elements(datasets) d, jsonb_array_elements(d -> 'tags') t
    where not exists (select 1 from tag known where known.id = t ->> 'id')
    order by 1
    on conflict do nothing;

    insert into package_tag (package_id, tag_id)
    select d ->> 'id', t ->> 'id' from jsonb_array_elements(datasets) d, jsonb_array_elements(d -> 'tags') t
    on conflict do nothing;

    insert into package_group (package_id, group_id)
    select d ->> 'id', g from jsonb_array_elements(datasets) d, jsonb_array_elements_text(d -> 'group_ids') g
    on conflict do nothing;

    insert into package_document (id, name, version, owner_org, groups, labels, state, private, metadata_modified, body)
    select d ->> 'id', d ->> 'name', (d ->> 'revision')::bigint, d ->> 'owner_org',
        array(select jsonb_array_elements_text(d -> 'group_ids')), array(select jsonb_array_elements_text(d -> 'labels')),
        d ->> 'state', (d ->> 'private')::boolean, (d ->> 'metadata_modified')::timestamp, bodies[place]
    from jsonb_array_elements(datasets) with ordinality as row(d, place)
    on conflict (id) do update set name = excluded.name, version = excluded.version, owner_org = excluded.owner_org,
        groups = excluded.groups, labels = excluded.labels, state = excluded.state, private = excluded.private,
        metadata_modified = excluded.metadata_modified, body = excluded.body;

    insert into activity (id, timestamp, user_id, object_id, activity_type, data, permission_labels)
    select d -> 'activity' ->> 'id', (d -> 'activity' ->> 'timestamp')::timestamp, d -> 'activity' ->> 'user_id', d ->> 'id',
        d -> 'activity' ->> 'type', '{"package":' || bodies[place] || (d -> 'activity' ->> 'rest'),
        array(select jsonb_array_elements_text(d -> 'labels'))
    from jsonb_array_elements(datasets) with ordinality as row(d, place)
    where jsonb_typeof(d -> 'activity') = 'object';

    return query
    with logged as (
        insert into change_log (entity, id, kind, version)
        select 'package', d ->> 'id', d ->> 'kind', (d ->> 'revision')::bigint
        from jsonb_array_elements(datasets) with ordinality as row(d, place) order by place
        returning seq)
    select seq from logged;
end $$;
