//! The tables as diesel sees them. Generated from the migrations (`diesel print-schema`); edit a migration, not this.

diesel::table! { site (only_row) { only_row -> Bool, instance -> Text, sealed_token -> Nullable<Bytea>, } }
diesel::table! {
    users (id) {
        id -> Text, name -> Text, fullname -> Nullable<Text>, email -> Nullable<Text>, password_hash -> Nullable<Text>,
        about -> Nullable<Text>, image_url -> Nullable<Text>, plugin_extras -> Nullable<Jsonb>, sysadmin -> Bool,
        state -> Text, created -> Timestamp, last_active -> Nullable<Timestamp>,
        activity_streams_email_notifications -> Bool,
    }
}
diesel::table! {
    api_token (id) {
        id -> Text, name -> Text, user_id -> Text, token_hash -> Bytea, created_at -> Timestamp,
        last_access -> Nullable<Timestamp>, expires_at -> Nullable<Timestamp>, scopes -> Array<Text>,
    }
}
diesel::table! {
    groups (id) {
        id -> Text, name -> Text, title -> Text, description -> Text, image_url -> Text, #[sql_name = "type"] type_ -> Text,
        is_organization -> Bool, state -> Text, approval_status -> Text, created -> Timestamp, extras -> Jsonb,
        translations -> Jsonb, fields -> Jsonb,
    }
}
diesel::table! { group_member (group_id, user_id) { group_id -> Text, user_id -> Text, capacity -> Text, } }
diesel::table! { group_parent (group_id, parent_id) { group_id -> Text, parent_id -> Text, capacity -> Text, } }
diesel::table! {
    package (id) {
        id -> Text, name -> Text, title -> Text, version -> Nullable<Text>, url -> Nullable<Text>, author -> Nullable<Text>,
        author_email -> Nullable<Text>, maintainer -> Nullable<Text>, maintainer_email -> Nullable<Text>,
        notes -> Nullable<Text>, license_id -> Nullable<Text>, #[sql_name = "type"] type_ -> Text, state -> Text,
        private -> Bool, owner_org -> Nullable<Text>, creator_user_id -> Nullable<Text>, metadata_created -> Timestamp,
        metadata_modified -> Timestamp, extras -> Jsonb, title_translated -> Jsonb, notes_translated -> Jsonb,
        revision -> BigInt,
    }
}
diesel::table! {
    resource (id) {
        id -> Text, package_id -> Text, position -> Integer, url -> Text, name -> Nullable<Text>,
        description -> Nullable<Text>, format -> Text, hash -> Text, mimetype -> Nullable<Text>,
        mimetype_inner -> Nullable<Text>, resource_type -> Nullable<Text>, size -> Nullable<BigInt>,
        cache_url -> Nullable<Text>, cache_last_updated -> Nullable<Timestamp>, created -> Timestamp,
        last_modified -> Nullable<Timestamp>, metadata_modified -> Timestamp, state -> Text, url_type -> Nullable<Text>,
        extras -> Jsonb,
    }
}
diesel::table! { tag (id) { id -> Text, name -> Text, vocabulary_id -> Nullable<Text>, } }
diesel::table! { package_tag (package_id, tag_id) { package_id -> Text, tag_id -> Text, } }
diesel::table! { package_group (package_id, group_id) { package_id -> Text, group_id -> Text, } }
diesel::table! {
    package_document (id) {
        id -> Text, name -> Text, version -> BigInt, owner_org -> Nullable<Text>, groups -> Array<Text>,
        labels -> Array<Text>, state -> Text, private -> Bool, metadata_modified -> Timestamp, body -> Text,
    }
}
diesel::table! {
    change_log (seq) {
        seq -> BigInt, at -> Timestamp, entity -> Text, id -> Text, kind -> Text, version -> Nullable<BigInt>,
    }
}
diesel::table! {
    harvest_source (id) {
        id -> Text, name -> Text, url -> Text, title -> Text, description -> Text, #[sql_name = "type"] type_ -> Text,
        config -> Text, sealed_key -> Nullable<Bytea>, active -> Bool, private -> Bool, state -> Text, frequency -> Text,
        owner_org -> Nullable<Text>, user_id -> Nullable<Text>, publisher_id -> Nullable<Text>, created -> Timestamp,
        modified -> Timestamp, next_run -> Nullable<Timestamp>,
    }
}
diesel::table! {
    harvest_job (id) {
        id -> Text, source_id -> Text, status -> Text, created -> Timestamp, gather_started -> Nullable<Timestamp>,
        gather_finished -> Nullable<Timestamp>, finished -> Nullable<Timestamp>, ready -> Bool, force -> Bool,
        lease_owner -> Nullable<Text>, lease_until -> Nullable<Timestamp>, fence -> BigInt, abort_requested -> Bool,
        cursor -> Jsonb, added -> BigInt, updated -> BigInt, deleted -> BigInt, unchanged -> BigInt, errored -> BigInt,
        seen -> BigInt, total -> Nullable<BigInt>, note -> Nullable<Text>,
    }
}
diesel::table! {
    harvest_object (id) {
        id -> Text, source_id -> Text, guid -> Text, package_id -> Nullable<Text>, raw_hash -> Nullable<Bytea>,
        content_hash -> Nullable<Bytea>, outcome -> Text, state -> Text, job_id -> Text,
        metadata_modified -> Nullable<Timestamp>, gathered -> Timestamp, import_finished -> Nullable<Timestamp>,
        current -> Bool,
    }
}
diesel::table! { harvest_content (object_id) { object_id -> Text, content -> Nullable<Text>, extras -> Jsonb, } }
diesel::table! { harvest_seen (job_id, page) { job_id -> Text, page -> BigInt, hashes -> Bytea, } }
diesel::table! {
    harvest_error (id) {
        id -> BigInt, job_id -> Text, object_id -> Nullable<Text>, guid -> Nullable<Text>, stage -> Text, message -> Text,
        created -> Timestamp,
    }
}
diesel::table! { organization_package (group_id, package_id) { group_id -> Text, package_id -> Text, capacity -> Text, } }
diesel::table! {
    package_collaborator (package_id, user_id) { package_id -> Text, user_id -> Text, capacity -> Text, modified -> Timestamp, }
}
diesel::table! {
    resource_view (id) {
        id -> Text, resource_id -> Text, title -> Nullable<Text>, description -> Nullable<Text>, view_type -> Text,
        position -> Integer, config -> Jsonb,
    }
}
diesel::table! {
    package_relationship (id) {
        id -> Text, subject_package_id -> Text, object_package_id -> Text, #[sql_name = "type"] type_ -> Text,
        comment -> Text,
    }
}
diesel::table! {
    activity (id, timestamp) {
        id -> Text, timestamp -> Timestamp, user_id -> Nullable<Text>, object_id -> Nullable<Text>,
        activity_type -> Nullable<Text>, data -> Text, permission_labels -> Nullable<Array<Text>>,
    }
}
diesel::table! {
    dashboard (user_id) {
        user_id -> Text, activity_stream_last_viewed -> Timestamp, email_last_sent -> Nullable<Timestamp>,
    }
}
diesel::table! { package_plugin_data (package_id) { package_id -> Text, data -> Jsonb, } }
diesel::table! {
    idempotency (caller, key) {
        caller -> Text, key -> Text, request -> Binary, answer -> Nullable<Binary>, made -> Timestamp,
    }
}
diesel::table! { vocabulary (id) { id -> Text, name -> Text, } }
diesel::table! {
    file (id) {
        id -> Text, name -> Text, storage -> Text, location -> Text, content_type -> Text, size -> BigInt, hash -> Text,
        algorithm -> Text, created -> Timestamp, storage_data -> Jsonb, plugin_data -> Jsonb,
    }
}
diesel::table! { file_owner (file_id) { file_id -> Text, owner_id -> Text, owner_type -> Text, pinned -> Bool, } }
diesel::table! {
    file_owner_transfer_history (id) {
        id -> Text, file_id -> Text, owner_id -> Text, owner_type -> Text, actor -> Text, at -> Timestamp, action -> Text,
    }
}
diesel::joinable!(file_owner -> file (file_id));
diesel::allow_tables_to_appear_in_same_query!(file, file_owner);
diesel::allow_tables_to_appear_in_same_query!(file_owner, resource);
diesel::table! { file_work (seq) { seq -> BigInt, storage -> Text, location -> Text, arrival -> Nullable<Text>, } }

diesel::joinable!(api_token -> users (user_id));
diesel::joinable!(group_member -> users (user_id));
diesel::joinable!(group_member -> groups (group_id));
diesel::joinable!(package_tag -> tag (tag_id));
diesel::joinable!(package_tag -> package (package_id));
diesel::joinable!(package_group -> groups (group_id));
diesel::joinable!(package_group -> package (package_id));
diesel::joinable!(resource -> package (package_id));
diesel::joinable!(harvest_job -> harvest_source (source_id));
diesel::allow_tables_to_appear_in_same_query!(api_token, users);
diesel::allow_tables_to_appear_in_same_query!(group_member, users, groups);
diesel::allow_tables_to_appear_in_same_query!(package_tag, tag, package);
diesel::allow_tables_to_appear_in_same_query!(package_group, groups);
diesel::allow_tables_to_appear_in_same_query!(package_group, package);
diesel::allow_tables_to_appear_in_same_query!(organization_package, package);
diesel::allow_tables_to_appear_in_same_query!(package_collaborator, package);
diesel::allow_tables_to_appear_in_same_query!(package, package_document, resource);
diesel::allow_tables_to_appear_in_same_query!(harvest_job, harvest_source);
diesel::allow_tables_to_appear_in_same_query!(harvest_job, harvest_object);
diesel::joinable!(harvest_object -> harvest_source (source_id));
diesel::joinable!(harvest_object -> package (package_id));
diesel::allow_tables_to_appear_in_same_query!(harvest_object, harvest_source, package);

diesel::table! {
    following (follower_id, kind, object_id) {
        follower_id -> Text, kind -> Text, object_id -> Text, followed -> Timestamp,
    }
}
diesel::table! { system_info (key) { key -> Text, value -> Text, } }
diesel::table! {
    task_status (id) {
        id -> Text, entity_id -> Text, entity_type -> Text, task_type -> Text, key -> Text, value -> Text,
        state -> Nullable<Text>, error -> Nullable<Text>, last_updated -> Nullable<Timestamp>,
    }
}
diesel::table! {
    term_translation (term_hash, lang_code) {
        term -> Text, lang_code -> Text, #[sql_name = "term_translation"] translation -> Text, term_hash -> Text,
    }
}
diesel::joinable!(following -> users (follower_id));
diesel::allow_tables_to_appear_in_same_query!(following, users);
diesel::joinable!(tag -> vocabulary (vocabulary_id));
diesel::allow_tables_to_appear_in_same_query!(tag, vocabulary);
diesel::allow_tables_to_appear_in_same_query!(package_tag, package_document);
diesel::allow_tables_to_appear_in_same_query!(following, groups);
diesel::table! { session (secret_hash) { secret_hash -> Bytea, user_id -> Text, created -> Timestamp, expires_at -> Timestamp, } }
