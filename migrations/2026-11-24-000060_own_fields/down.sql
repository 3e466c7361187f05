alter table package drop column fields;
alter table groups drop column fields;
