drop function if exists store_packages;
drop table harvest_error, harvest_seen, harvest_object, harvest_job, harvest_source, change_log, package_document, package_group,
    package_tag, tag, resource, package, group_parent, group_member, groups, api_token, users, site;
