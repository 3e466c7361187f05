-- Addresses of uploaded files follow from that of the site, which may change.
create index resource_of_upload on resource (package_id) where url_type = 'upload';
