-- What plugins keep with a dataset: shown to sysadmins alone, so no part of its document.
create table package_plugin_data (
    package_id  text collate "C" primary key references package on delete cascade,
    data        jsonb not null
);
