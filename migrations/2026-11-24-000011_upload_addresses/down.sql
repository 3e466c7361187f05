drop index resource_of_upload;
