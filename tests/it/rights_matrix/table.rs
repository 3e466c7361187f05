//! The table: action | what it is asked about | who may (ckan-api/actions.tsv) | what is sent. `$name` stands for an id that
//! the portal of the test has.
//!
//! In `org1` and `group1` are member, editor and admin; `open` is public, `hidden` private with collaborators, `draft` a
//! draft, all of org1; `unowned` belongs to no organization: who may make datasets somewhere may change it. Where the rule is
//! not CKAN's (harvest_job_abort is its sysadmins'), docs/COMPATIBILITY.md says so.

pub const TABLE: &str = r#"
activity_create | open | SYSADMIN | {"user_id": "other", "object_id": "$open", "activity_type": "changed package"}
activity_data_show | open | EDITORS_OPEN | {"id": "$open_activity"}
activity_data_show | hidden | EDITORS | {"id": "$hidden_activity"}
activity_delete | open | SYSADMIN | {"id": "$open_activity"}
activity_delete_all | - | SYSADMIN | {}
activity_delete_counts | - | SYSADMIN | {}
activity_diff | open | EDITORS_OPEN | {"id": "$open_activity_2", "object_type": "package"}
activity_show | open | EVERYBODY | {"id": "$open_activity", "include_data": false}
activity_show | open with data | EDITORS_OPEN | {"id": "$open_activity", "include_data": true}
activity_show | hidden | READERS | {"id": "$hidden_activity", "include_data": false}
am_following_dataset | open | USERS | {"id": "open"}
am_following_group | group1 | USERS | {"id": "group1"}
am_following_user | other | USERS | {"id": "other"}
api_token_create | other | SELF | {"user": "other", "name": "t"}
api_token_list | other | SELF | {"user_id": "other"}
api_token_revoke | other | SELF | {"jti": "$other_token"}
bulk_update_delete | org1 | ADMINS | {"datasets": ["$open"], "org_id": "$org1"}
bulk_update_private | org1 | ADMINS | {"datasets": ["$open"], "org_id": "$org1"}
bulk_update_public | org1 | ADMINS | {"datasets": ["$open"], "org_id": "$org1"}
config_option_list | - | SYSADMIN | {}
config_option_show | - | SYSADMIN | {"key": "ckan.site_title"}
config_option_update | - | SYSADMIN | {"ckan.site_title": "T"}
current_package_list_with_resources | - | EVERYBODY | {}
dashboard_activity_list | - | USERS | {}
dashboard_mark_activities_old | - | USERS | {}
dashboard_new_activities_count | - | USERS | {}
dataset_followee_count | other | EVERYBODY | {"id": "other"}
dataset_followee_list | other | SELF | {"id": "other"}
dataset_follower_count | open | EVERYBODY | {"id": "open"}
dataset_follower_list | open | SYSADMIN | {"id": "open"}
dataset_purge | open | SYSADMIN | {"id": "open"}
file_create | - | NO_FILE | {"name": "f"}
file_delete | of other | SELF | {"id": "file"}
file_owner_scan | other | SELF | {"owner_type": "user", "owner_id": "$other_id"}
file_ownership_transfer | of other, to other | SELF | {"id": "file", "owner_type": "user", "owner_id": "$other_id"}
file_pin | of other | SELF | {"id": "file"}
file_register | - | SYSADMIN_NOWHERE | {"location": "nowhere-else"}
file_rename | of other | SELF | {"id": "file", "name": "other"}
file_show | of other | SELF | {"id": "file"}
file_unpin | of other | SELF | {"id": "file"}
follow_dataset | open | USERS | {"id": "open"}
follow_group | group1 | USERS | {"id": "group1"}
follow_user | target | USERS | {"id": "target"}
followee_count | other | EVERYBODY | {"id": "other"}
followee_list | other | SELF | {"id": "other"}
format_autocomplete | - | EVERYBODY | {"q": "c"}
get_site_user | - | SYSADMIN | {}
group_activity_list | group1 | EVERYBODY | {"id": "group1"}
group_autocomplete | - | EVERYBODY | {"q": "g"}
group_create | - | USERS | {"name": "fresh"}
group_delete | group1 | ADMINS | {"id": "group1"}
group_followee_count | other | EVERYBODY | {"id": "other"}
group_followee_list | other | SELF | {"id": "other"}
group_follower_count | group1 | EVERYBODY | {"id": "group1"}
group_follower_list | group1 | SYSADMIN | {"id": "group1"}
group_list | - | EVERYBODY | {"all_fields": true}
group_list_authz | - | EVERYBODY | {}
group_member_create | group1 | ADMINS | {"id": "group1", "username": "target", "role": "member"}
group_member_delete | group1 | ADMINS | {"id": "group1", "username": "member"}
group_package_show | group1 | EVERYBODY | {"id": "group1"}
group_patch | group1 | ADMINS | {"id": "group1", "title": "T"}
group_purge | group1 | SYSADMIN | {"id": "group1"}
group_show | group1 | EVERYBODY | {"id": "group1"}
group_show | deleted | MEMBERS | {"id": "gone"}
group_update | group1 | ADMINS | {"id": "group1", "title": "T"}
harvest_abort_failed_jobs | - | SYSADMIN | {"life_span": 7}
harvest_job_abort | source | EDITORS_OPEN | {"id": "$job"}
harvest_job_create | source2 | EDITORS_OPEN | {"source_id": "$source2", "run": false}
harvest_job_list | source | EDITORS_OPEN | {"source_id": "$source"}
harvest_job_report | source | EDITORS_OPEN | {"id": "$job"}
harvest_job_show | source | EDITORS_OPEN | {"id": "$job"}
harvest_jobs_run | - | SYSADMIN | {}
harvest_object_create | - | SYSADMIN | {"job_id": "$job", "guid": "told"}
harvest_object_list | - | USERS | {"source_id": "$source"}
harvest_object_show | - | EVERYBODY | {"id": "$object"}
harvest_source_clear | source2 | EDITORS_OPEN | {"id": "$source2"}
harvest_source_create | org1 | EDITORS_OPEN | {"name": "s3", "url": "http://remote.example/3", "source_type": "ckan", "title": "S", "owner_org": "org1"}
harvest_source_delete | source2 | EDITORS_OPEN | {"id": "$source2"}
harvest_source_job_history_clear | source | EDITORS_OPEN | {"id": "$source"}
harvest_source_list | - | EVERYBODY | {}
harvest_source_patch | source | EDITORS_OPEN | {"id": "$source", "title": "T"}
harvest_source_show | source | EVERYBODY | {"id": "$source"}
harvest_source_update | source | EDITORS_OPEN | {"id": "$source", "name": "source", "url": "http://remote.example/1", "source_type": "ckan", "title": "S", "owner_org": "org1"}
harvest_sources_job_history_clear | - | SYSADMIN | {}
help_show | - | EVERYBODY | {"name": "help_show"}
job_cancel | - | SYSADMIN | {"id": "$job"}
job_clear | - | SYSADMIN | {}
job_list | - | SYSADMIN | {}
job_show | - | SYSADMIN | {"id": "$job"}
license_list | - | EVERYBODY | {}
member_create | user into org1 | ADMINS | {"id": "org1", "object": "target", "object_type": "user", "capacity": "member"}
member_create | user into group1 | ADMINS | {"id": "group1", "object": "target", "object_type": "user", "capacity": "member"}
member_create | dataset into group1 | MEMBERS | {"id": "group1", "object": "open", "object_type": "package", "capacity": "public"}
member_delete | user of org1 | ADMINS | {"id": "org1", "object": "member", "object_type": "user"}
member_delete | dataset of group1 | MEMBERS | {"id": "group1", "object": "grouped", "object_type": "package"}
member_list | org1 | EVERYBODY | {"id": "org1"}
member_roles_list | - | EVERYBODY | {}
organization_activity_list | org1 | EVERYBODY | {"id": "org1"}
organization_autocomplete | - | EVERYBODY | {"q": "o"}
organization_create | - | USERS | {"name": "fresh"}
organization_delete | empty | ADMINS | {"id": "empty"}
organization_followee_count | other | EVERYBODY | {"id": "other"}
organization_followee_list | other | SELF | {"id": "other"}
organization_follower_count | org1 | EVERYBODY | {"id": "org1"}
organization_follower_list | org1 | SYSADMIN | {"id": "org1"}
organization_list | - | EVERYBODY | {"all_fields": true}
organization_list_for_user | other | EVERYBODY | {"id": "other"}
organization_member_create | org1 | ADMINS | {"id": "org1", "username": "target", "role": "member"}
organization_member_delete | org1 | ADMINS | {"id": "org1", "username": "member"}
organization_patch | org1 | ADMINS | {"id": "org1", "title": "T"}
organization_purge | empty | SYSADMIN | {"id": "empty"}
organization_show | org1 | EVERYBODY | {"id": "org1", "include_datasets": true}
organization_update | org1 | ADMINS | {"id": "org1", "title": "T"}
package_activity_list | open | EVERYBODY | {"id": "open"}
package_activity_list | hidden | READERS | {"id": "hidden"}
package_autocomplete | - | EVERYBODY | {"q": "o"}
package_collaborator_create | hidden | MANAGERS | {"id": "hidden", "user_id": "target", "capacity": "member"}
package_collaborator_delete | hidden | MANAGERS | {"id": "hidden", "user_id": "c_member"}
package_collaborator_list | hidden | MANAGERS | {"id": "hidden"}
package_collaborator_list_for_user | other | SELF | {"id": "other"}
package_create | in org1 | EDITORS_OPEN | {"name": "fresh", "owner_org": "org1"}
package_create | private in org1 | EDITORS_OPEN | {"name": "fresh", "owner_org": "org1", "private": true}
package_create | into group1 | EDITORS_OPEN | {"name": "fresh", "owner_org": "org1", "groups": [{"name": "group1"}]}
package_create_default_resource_views | open | EDITORS_OPEN | {"package": {"id": "$open", "resources": []}}
package_delete | open | EDITORS_OPEN | {"id": "open"}
package_delete | hidden | EDITORS | {"id": "hidden"}
package_list | - | EVERYBODY | {}
package_owner_org_update | open | SYSADMIN | {"id": "open", "organization_id": "org1"}
package_patch | open | EDITORS_OPEN | {"id": "open", "notes": "n"}
package_patch | hidden | EDITORS | {"id": "hidden", "notes": "n"}
package_patch | draft | EDITORS_OPEN | {"id": "draft", "notes": "n"}
package_patch | unowned | EDITORS_OPEN | {"id": "unowned", "notes": "n"}
package_relationship_create | open, grouped | EDITORS_OPEN | {"subject": "open", "object": "grouped", "type": "depends_on"}
package_relationship_delete | open, twin | EDITORS_OPEN | {"subject": "open", "object": "twin", "type": "links_to"}
package_relationship_update | open, twin | EDITORS_OPEN | {"subject": "open", "object": "twin", "type": "links_to", "comment": "c"}
package_relationships_list | open | EVERYBODY | {"id": "open"}
package_relationships_list | hidden | READERS | {"id": "hidden"}
package_resource_reorder | open | EDITORS_OPEN | {"id": "open", "order": ["$open_resource"]}
package_revise | open | EDITORS_OPEN | {"match": {"name": "open"}, "update": {"notes": "n"}}
package_revise | hidden | EDITORS | {"match": {"name": "hidden"}, "update": {"notes": "n"}}
package_search | - | EVERYBODY | {}
package_show | open | EVERYBODY | {"id": "open"}
package_show | hidden | READERS | {"id": "hidden"}
package_show | draft | MEMBERS | {"id": "draft"}
package_show | deleted | MEMBERS | {"id": "$deleted"}
package_update | open | EDITORS_OPEN | {"id": "open", "name": "open", "owner_org": "org1", "notes": "n"}
package_update | hidden | EDITORS | {"id": "hidden", "name": "hidden", "notes": "n", "private": true}
recently_changed_packages_activity_list | - | EVERYBODY | {}
resource_create | open | EDITORS_OPEN | {"package_id": "open", "url": "http://x.kg/new"}
resource_create | hidden | EDITORS | {"package_id": "hidden", "url": "http://x.kg/new"}
resource_create_default_resource_views | open | EDITORS_OPEN | {"resource": {"id": "$open_resource", "package_id": "$open", "url": "http://x.kg/a.csv", "format": "CSV"}}
resource_delete | open | EDITORS_OPEN | {"id": "$open_resource"}
resource_delete | hidden | EDITORS | {"id": "$hidden_resource"}
resource_patch | open | EDITORS_OPEN | {"id": "$open_resource", "name": "n"}
resource_search | - | EVERYBODY | {"query": "name:a"}
resource_show | open | EVERYBODY | {"id": "$open_resource"}
resource_show | hidden | READERS | {"id": "$hidden_resource"}
resource_update | hidden | EDITORS | {"id": "$hidden_resource", "url": "http://x.kg/other"}
resource_view_clear | - | SYSADMIN | {}
resource_view_create | open | EDITORS_OPEN | {"resource_id": "$open_resource", "view_type": "image_view", "title": "V"}
resource_view_delete | hidden | EDITORS | {"id": "$hidden_view"}
resource_view_list | hidden | READERS | {"id": "$hidden_resource"}
resource_view_reorder | hidden | EDITORS | {"id": "$hidden_resource", "order": ["$hidden_view"]}
resource_view_show | hidden | READERS | {"id": "$hidden_view"}
resource_view_update | hidden | EDITORS | {"id": "$hidden_view", "resource_id": "$hidden_resource", "view_type": "image_view", "title": "V2"}
scheming_dataset_schema_list | - | EVERYBODY | {}
scheming_dataset_schema_show | dataset | EVERYBODY | {"type": "dataset"}
scheming_group_schema_list | - | EVERYBODY | {}
scheming_group_schema_show | group | EVERYBODY | {"type": "group"}
scheming_organization_schema_list | - | EVERYBODY | {}
scheming_organization_schema_show | organization | EVERYBODY | {"type": "organization"}
send_email_notifications | - | SYSADMIN | {}
site_read | - | EVERYBODY | {}
status_show | - | EVERYBODY | {}
tag_autocomplete | - | EVERYBODY | {"q": "r"}
tag_create | - | SYSADMIN | {"name": "fresh", "vocabulary_id": "$vocabulary"}
tag_delete | - | SYSADMIN | {"id": "termed", "vocabulary_id": "$vocabulary"}
tag_list | - | EVERYBODY | {}
tag_search | - | EVERYBODY | {"q": "r"}
tag_show | - | EVERYBODY | {"id": "roads"}
task_status_delete | - | SYSADMIN | {"id": "$task"}
task_status_show | - | EVERYBODY | {"id": "$task"}
task_status_update | - | SYSADMIN | {"entity_id": "$open_resource", "entity_type": "resource", "task_type": "t", "key": "k2", "value": "v"}
task_status_update_many | - | SYSADMIN | {"data": [{"entity_id": "$open_resource", "entity_type": "resource", "task_type": "t", "key": "k2", "value": "v"}]}
term_translation_show | - | EVERYBODY | {"terms": ["a"]}
term_translation_update | - | SYSADMIN | {"term": "a", "term_translation": "b", "lang_code": "ky"}
term_translation_update_many | - | SYSADMIN | {"data": [{"term": "a", "term_translation": "b", "lang_code": "ky"}]}
unfollow_dataset | open | USERS | {"id": "open"}
unfollow_group | group1 | USERS | {"id": "group1"}
unfollow_user | target | USERS | {"id": "target"}
user_activity_list | other | EVERYBODY | {"id": "other"}
user_autocomplete | - | EVERYBODY | {"q": "o"}
user_create | - | SYSADMIN | {"name": "fresh", "email": "fresh@example.org", "password": "a long pass phrase"}
user_delete | target | SYSADMIN | {"id": "target"}
user_followee_count | other | EVERYBODY | {"id": "other"}
user_followee_list | other | SELF | {"id": "other"}
user_follower_count | other | EVERYBODY | {"id": "other"}
user_follower_list | other | SYSADMIN | {"id": "other"}
user_invite | org1 | ADMINS | {"email": "fresh@example.org", "group_id": "org1", "role": "member"}
user_list | - | EVERYBODY | {}
user_list | by e-mail | SYSADMIN | {"email": "other@example.com"}
user_patch | other | SELF | {"id": "other", "fullname": "O"}
user_show | other | EVERYBODY | {"id": "other"}
user_update | other | SELF | {"id": "other", "email": "other@example.com"}
vocabulary_create | - | SYSADMIN | {"name": "fresh"}
vocabulary_delete | - | SYSADMIN | {"id": "$vocabulary"}
vocabulary_list | - | EVERYBODY | {}
vocabulary_show | - | EVERYBODY | {"id": "$vocabulary"}
vocabulary_update | - | SYSADMIN | {"id": "$vocabulary", "name": "other"}
"#;
