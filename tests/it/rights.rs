//! Who may do what: every role against every kind of dataset.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{HASH, actor, user};

const ROLES: [&str; 6] = ["anonymous", "other", "member", "editor", "admin", "sysadmin"];
const DATASETS: [&str; 3] = ["public", "private", "draft"];

/// An organization with a dataset of each kind, and somebody in each role.
fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["other", "member", "editor", "admin"] {
        user(&portal, name);
    }
    drop(
        portal.ok("user_create", json!({"name": "sysadmin", "email": "s@example.com", "password_hash": HASH, "sysadmin": true})),
    );
    let users = ["member", "editor", "admin"].map(|name| json!({"name": name, "capacity": name}));
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    for name in DATASETS {
        let state = if name == "draft" { "draft" } else { "active" };
        let sent = json!({"name": name, "owner_org": "org1", "private": name == "private", "state": state});
        drop(portal.ok("package_create", sent));
    }
    portal
}

fn in_role(portal: &TestApp, role: &str) -> Actor {
    if role == "anonymous" { Actor::anonymous() } else { actor(portal, role) }
}

/// Calls the action for every role; true where it is allowed, and everything else must be a denial.
fn allowed(portal: &TestApp, action: &str, input: impl Fn(&str) -> Value) -> [bool; 6] {
    ROLES.map(|role| match portal.call(&in_role(portal, role), action, input(role)) {
        Ok(_) => true,
        Err(error) if error.kind() == Kind::Denied => false,
        Err(error) => panic!("{action} as {role}: {error}"),
    })
}

#[test]
fn reading_follows_membership() {
    let portal = portal();
    for dataset in DATASETS {
        let expected = if dataset == "public" { [true; 6] } else { [false, false, true, true, true, true] };
        assert_eq!(allowed(&portal, "package_show", |_| json!({"id": dataset})), expected, "{dataset}");
    }
}

#[test]
fn searching_follows_membership() {
    let portal = portal();
    let seen = |role: &str, query: Value| portal.call(&in_role(&portal, role), "package_search", query).unwrap()["count"].clone();
    for (role, plain, all) in
        [("anonymous", 1, 1), ("other", 1, 1), ("member", 1, 3), ("editor", 1, 3), ("admin", 1, 3), ("sysadmin", 1, 3)]
    {
        assert_eq!(seen(role, json!({})), plain, "{role}");
        assert_eq!(seen(role, json!({"include_private": true, "include_drafts": true})), all, "{role}");
    }
}

#[test]
fn writing_is_for_editors() {
    let portal = portal();
    let expected = [false, false, false, true, true, true];
    for dataset in DATASETS {
        assert_eq!(allowed(&portal, "package_patch", |role| json!({"id": dataset, "notes": role})), expected, "{dataset}");
        let sent = |role: &str| json!({"id": dataset, "owner_org": "org1", "notes": format!("by {role}")});
        assert_eq!(allowed(&portal, "package_update", sent), expected, "{dataset}");
        assert_eq!(
            allowed(&portal, "resource_create", |role| json!({"package_id": dataset, "url": role})),
            expected,
            "{dataset}"
        );
    }
    let create = |private: bool| move |role: &str| json!({"name": format!("new-{role}-{private}"), "owner_org": "org1", "private": private});
    assert_eq!(allowed(&portal, "package_create", create(false)), expected);
    assert_eq!(allowed(&portal, "package_create", create(true)), expected);
    for dataset in DATASETS {
        // Only the first of those who may finds it undeleted; deleting it once more changes nothing.
        assert_eq!(
            allowed(&portal, "package_delete", |_| json!({"id": portal.ok("package_show", json!({"id": dataset}))["id"]})),
            expected
        );
    }
}

#[test]
fn governing_is_for_admins() {
    let portal = portal();
    let expected = [false, false, false, false, true, true];
    assert_eq!(allowed(&portal, "organization_patch", |role| json!({"id": "org1", "title": role})), expected);
    assert_eq!(allowed(&portal, "organization_update", |role| json!({"id": "org1", "title": format!("by {role}")})), expected);
    assert_eq!(
        allowed(&portal, "organization_member_create", |_| json!({"id": "org1", "username": "other", "role": "member"})),
        expected
    );
    assert_eq!(allowed(&portal, "organization_member_delete", |_| json!({"id": "org1", "username": "other"})), expected);
    assert_eq!(
        allowed(&portal, "user_create", |_| json!({"name": "fresh", "email": "fresh@example.com", "password_hash": HASH})),
        [false, false, false, false, false, true]
    );
    assert_eq!(
        allowed(&portal, "organization_create", |role| json!({"name": format!("org-{role}")})),
        [false, true, true, true, true, true]
    );
    assert_eq!(
        allowed(&portal, "group_create", |role| json!({"name": format!("group-{role}")})),
        [false, true, true, true, true, true]
    );
    for dataset in DATASETS {
        drop(portal.ok("package_delete", json!({"id": dataset})));
    }
    assert_eq!(allowed(&portal, "organization_delete", |_| json!({"id": "org1"})), expected);
}

#[test]
fn a_portal_can_keep_its_users_from_founding_organizations() {
    let portal = TestApp::with(|settings| {
        settings.auth.user_create_organizations = false;
        settings.auth.user_delete_organizations = false;
    });
    user(&portal, "admin");
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "admin", "capacity": "admin"}]})));
    let admin = actor(&portal, "admin");
    assert_eq!(portal.call(&admin, "organization_create", json!({"name": "org2"})).unwrap_err().kind(), Kind::Denied);
    let error = portal.call(&admin, "organization_delete", json!({"id": "org1"})).unwrap_err();
    assert_eq!(error.message(), "User admin not authorized to delete organizations");
}
