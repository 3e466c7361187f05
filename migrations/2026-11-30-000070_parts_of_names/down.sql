drop index if exists users_parts_of_names;
drop index if exists tag_parts_of_name;
