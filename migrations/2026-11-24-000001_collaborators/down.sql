update package_document set labels = array_remove(labels, 'collaborator-' || id);
drop table organization_package, package_collaborator;
