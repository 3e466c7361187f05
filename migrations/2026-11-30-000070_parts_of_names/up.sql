-- Completion looks for parts of names among a hundred thousand. The extension comes with PostgreSQL and is a trusted one;
-- where it is missing all the same, every name is looked at.
do $$
begin
    create extension if not exists pg_trgm;
    create index tag_parts_of_name on tag using gin (name gin_trgm_ops);
    create index users_parts_of_names on users using gin (name gin_trgm_ops, fullname gin_trgm_ops, email gin_trgm_ops);
exception
    when insufficient_privilege or feature_not_supported or undefined_file or undefined_object then
        raise notice 'without pg_trgm completion looks at every name: %', sqlerrm;
end
$$;
