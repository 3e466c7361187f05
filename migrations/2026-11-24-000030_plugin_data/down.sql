drop table package_plugin_data;
