\set a random(1, 1000000000000000)
\set b random(1, 1000000000000000)
\set t random(1, 19000)
begin;
insert into package (id, name, title, notes, owner_org, author, maintainer, maintainer_email, license_id, creator_user_id,
    metadata_created, metadata_modified, extras, title_translated)
values (lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0'), 'bare-' || :a || '-' || :b, 'A title of some eight words or so in one language',
    '{notes}', 'o', 'An author', 'A maintainer', 'office@example.org', 'cc-by', 'u', now(), now(),
    '[{"key": "key_0", "value": "three words here"}, {"key": "key_1", "value": "three words here"}, {"key": "key_2", "value": "three words here"}, {"key": "key_3", "value": "three words here"}, {"key": "key_4", "value": "three words here"}, {"key": "key_5", "value": "three words here"}]',
    '{"ky": "A title of some eight words or so in one language", "ru": "A title of some eight words or so in one language", "en": "A title of some eight words or so in one language"}');
insert into resource (id, package_id, position, url, name, description, format, size, created, metadata_modified)
select lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0') || '-' || k, lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0'), k,
    'https://data.example.org/files/1/2.csv', 'A name of four words', 'A description of some eight words or so again', 'CSV', 12345, now(), now()
from generate_series(0, 2) k;
insert into package_tag (package_id, tag_id)
select lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0'), 't' || (:t::int + k * 7) from generate_series(0, 3) k;
insert into package_document (id, name, version, owner_org, groups, labels, state, private, metadata_modified, body)
values (lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0'), 'bare-' || :a || '-' || :b, 1, 'o', '{}', '{public}', 'active', false, now(),
    '{body}');
insert into activity (id, timestamp, user_id, object_id, activity_type, data, permission_labels)
values ('a' || :a || '-' || :b, now(), 'u', lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0'), 'new package', '{"package"={body}}', '{public}');
insert into change_log (entity, id, kind, version) values ('package', lpad(:a::text, 20, '0') || lpad(:b::text, 16, '0'), 'create', 1);
commit;
