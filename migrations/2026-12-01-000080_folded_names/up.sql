-- A text as completion compares it: `base::letters` says the same. Names are sorted by their bytes, which tells nothing of
-- capitals beyond ASCII; those of the alphabet stand here for databases whose own locale tells nothing of them either.
create function folded(text) returns text language sql immutable strict parallel safe as $$
    select translate(lower($1 collate "default"),
        'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯӨөѲѳҮүҰұЎўҢңҤҥЁёҚқҒғІі',
        'абвгдежзийклмнопрстуфхцчшщъыьэюяооооууууууннннееккггии')
$$;

drop index if exists users_parts_of_names;
drop index if exists tag_parts_of_name;
do $$
begin
    create index tag_parts_of_name on tag using gin (folded(name) gin_trgm_ops);
    create index users_parts_of_names on users using gin (folded(name) gin_trgm_ops, folded(fullname) gin_trgm_ops, folded(email) gin_trgm_ops);
exception
    when undefined_object then
        raise notice 'without pg_trgm completion looks at every name: %', sqlerrm;
end
$$;
