drop index if exists users_parts_of_names;
drop index if exists tag_parts_of_name;
do $$
begin
    create index tag_parts_of_name on tag using gin (name gin_trgm_ops);
    create index users_parts_of_names on users using gin (name gin_trgm_ops, fullname gin_trgm_ops, email gin_trgm_ops);
exception
    when undefined_object then
        raise notice 'without pg_trgm completion looks at every name: %', sqlerrm;
end
$$;
drop function folded(text);
