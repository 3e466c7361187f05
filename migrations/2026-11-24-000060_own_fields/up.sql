-- Fields that a schema of the site declares, as they are shown.
alter table package add column fields jsonb not null default '{}';
alter table groups add column fields jsonb not null default '{}';
