drop table dashboard, package_group_past;
drop function make_activity_partitions(integer);
drop table activity;
drop table package_relationship, resource_view;
