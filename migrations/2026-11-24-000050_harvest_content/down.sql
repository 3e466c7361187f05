drop table harvest_content;
