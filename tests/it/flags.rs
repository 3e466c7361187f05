//! The switches of rights, `ckan.auth.*`: each of them on and off. Those of sessions are in `session`.

use action::settings::AuthSettings;
use auth::Actor;
use base::Kind;
use kit::{TestApp, TestServer};
use serde_json::{Value, json};

use crate::people_of::{actor, user};

fn portal(change: impl FnOnce(&mut AuthSettings)) -> TestApp {
    let portal = TestApp::with(|settings| change(&mut settings.auth));
    for name in ["other", "editor", "admin"] {
        user(&portal, name);
    }
    let users = ["editor", "admin"].map(|name| json!({"name": name, "capacity": name}));
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    drop(portal.ok("group_create", json!({"name": "group1", "users": users})));
    portal
}

/// True when it is done, false when it is denied.
fn may(portal: &TestApp, who: &Actor, action: &str, input: Value) -> bool {
    match portal.call(who, action, input.clone()) {
        Ok(_) => true,
        Err(error) if error.kind() == Kind::Denied => false,
        Err(error) => panic!("{action} {input}: {error} {:?}", error.dict().fields()),
    }
}

#[test]
fn datasets_of_nobody_are_for_whom_three_switches_let() {
    for (anonymous, unowned, without, nobody, somebody, editor) in [
        (false, false, true, false, false, false),
        (true, true, true, true, true, true),
        (false, true, true, false, true, true),
        (true, true, false, false, false, true),
    ] {
        let portal = portal(|rules| {
            rules.anon_create_dataset = anonymous;
            rules.create_unowned_dataset = unowned;
            rules.create_dataset_if_not_in_organization = without;
        });
        let sent = |who: &str| json!({"name": format!("by-{who}")});
        let told = format!("anon {anonymous}, unowned {unowned}, without {without}");
        assert_eq!(may(&portal, &Actor::anonymous(), "package_create", sent("nobody")), nobody, "{told}");
        assert_eq!(may(&portal, &actor(&portal, "other"), "package_create", sent("other")), somebody, "{told}");
        if !unowned {
            // Who may make datasets somewhere reads that an organization is missing.
            let refused = portal.call(&actor(&portal, "editor"), "package_create", sent("editor")).unwrap_err();
            assert_eq!(refused.kind(), Kind::Validation);
            continue;
        }
        assert_eq!(may(&portal, &actor(&portal, "editor"), "package_create", sent("editor")), editor, "{told}");
        let changed = json!({"id": "by-editor", "notes": "n"});
        assert_eq!(may(&portal, &Actor::anonymous(), "package_patch", changed.clone()), nobody, "{told}");
        assert_eq!(may(&portal, &actor(&portal, "other"), "package_patch", changed), somebody, "{told}");
    }
}

#[test]
fn groups_and_organizations_are_made_and_deleted_by_whom_four_switches_let() {
    type Switch = fn(&mut AuthSettings) -> &mut bool;
    let switches: [(&str, Value, Switch); 4] = [
        ("group_create", json!({"name": "fresh"}), |rules| &mut rules.user_create_groups),
        ("organization_create", json!({"name": "fresh"}), |rules| &mut rules.user_create_organizations),
        ("group_delete", json!({"id": "group1"}), |rules| &mut rules.user_delete_groups),
        ("organization_delete", json!({"id": "org1"}), |rules| &mut rules.user_delete_organizations),
    ];
    for (action, input, switch) in switches {
        let closed = portal(|rules| *switch(rules) = false);
        assert!(!may(&closed, &actor(&closed, "admin"), action, input.clone()), "{action}");
        assert!(may(&closed, &TestApp::site(), action, input.clone()), "{action}: sysadmins always may");
        let open = portal(|rules| *switch(rules) = true);
        assert!(may(&open, &actor(&open, "admin"), action, input), "{action}");
    }
}

#[test]
fn users_are_made_and_seen_by_whom_three_switches_let() {
    let sent = json!({"name": "fresh", "email": "fresh@example.org", "password": "long enough"});
    for on in [true, false] {
        let portal = portal(|rules| {
            rules.create_user_via_api = on;
            rules.public_user_details = on;
        });
        assert_eq!(may(&portal, &Actor::anonymous(), "user_create", sent.clone()), on);
        for (action, input) in
            [("user_list", json!({})), ("user_show", json!({"id": "other"})), ("user_autocomplete", json!({"q": "o"}))]
        {
            assert_eq!(may(&portal, &Actor::anonymous(), action, input.clone()), on, "{action}");
            assert!(may(&portal, &actor(&portal, "other"), action, input), "{action}");
        }
    }
    let form = |server: &TestServer, body: &str| {
        let page = server.get("/user/register");
        if page.status != 200 {
            return page.status;
        }
        let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
        let token =
            page.text().split("<meta name=\"_csrf_token\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str())];
        server.send("POST", "/user/register", &headers, format!("{body}&_csrf_token={token}").as_bytes()).status
    };
    let body =
        "name=fresh&fullname=F&email=fresh%40example.org&password1=long+enough&password2=long+enough&sysadmin=true&state=deleted";
    let closed = TestServer::new();
    assert_eq!(form(&closed, body), 403);
    let open = TestServer::with(|settings| settings.auth.create_user_via_web = true);
    assert_eq!(form(&open, &body.replace("password2=long", "password2=other")), 200, "it is shown again");
    assert_eq!(form(&open, body), 302);
    let made = open.portal.ok("user_show", json!({"id": "fresh"}));
    assert_eq!((&made["sysadmin"], &made["state"], &made["fullname"]), (&json!(false), &json!("active"), &json!("F")));
    assert!(!may(&open.portal, &Actor::anonymous(), "user_create", json!({"name": "x"})), "the API is another door");
}

#[test]
fn versions_are_for_editors_unless_everybody_may_see_them() {
    for on in [true, false] {
        let portal = TestApp::with(|settings| {
            settings.activity.public_detail = on;
            settings.auth.create_unowned_dataset = true;
            settings.auth.create_dataset_if_not_in_organization = false;
        });
        user(&portal, "other");
        drop(portal.ok("package_create", json!({"name": "open"})));
        let id = portal.ok("package_activity_list", json!({"id": "open"}))[0]["id"].clone();
        let other = actor(&portal, "other");
        assert_eq!(may(&portal, &other, "activity_show", json!({"id": id, "include_data": true})), on);
        assert_eq!(may(&portal, &other, "activity_data_show", json!({"id": id})), on);
        assert!(may(&portal, &other, "activity_show", json!({"id": id, "include_data": false})));
    }
}

#[test]
fn collaborators_do_what_three_switches_let_them() {
    let collaborating = |rules: &mut AuthSettings| rules.allow_dataset_collaborators = true;
    for (on, admins, moving) in [(false, false, false), (true, false, false), (true, true, false), (true, false, true)] {
        let portal = portal(|rules| {
            collaborating(rules);
            rules.allow_admin_collaborators = true;
        });
        drop(portal.ok("package_create", json!({"name": "shared", "owner_org": "org1", "private": true})));
        drop(portal.ok("package_collaborator_create", json!({"id": "shared", "user_id": "other", "capacity": "admin"})));
        drop(portal.ok("organization_create", json!({"name": "org2", "users": [{"name": "other", "capacity": "editor"}]})));
        let portal = portal.restart_with(|settings| {
            settings.auth.allow_dataset_collaborators = on;
            settings.auth.allow_admin_collaborators = admins;
            settings.auth.allow_collaborators_to_change_owner_org = moving;
        });
        let other = actor(&portal, "other");
        assert_eq!(may(&portal, &other, "package_show", json!({"id": "shared"})), on);
        assert_eq!(may(&portal, &other, "package_patch", json!({"id": "shared", "notes": "n"})), on);
        // The third switch is about giving the capacity; who has it has it.
        let given = json!({"id": "shared", "user_id": "editor", "capacity": "admin"});
        let given = portal.call(&other, "package_collaborator_create", given);
        let expected = if on && admins { None } else { Some(Kind::Validation) };
        assert_eq!(given.as_ref().err().map(base::Error::kind), expected, "{given:?}");
        let moved = portal.call(&other, "package_patch", json!({"id": "shared", "owner_org": "org2"}));
        assert_eq!(moved.is_ok(), on && moving, "{moved:?}");
    }
}

#[test]
fn roles_hold_below_where_they_cascade() {
    let everything = ["admin", "editor", "member"].map(str::to_owned).to_vec();
    for (cascading, admin, editor) in
        [(vec!["admin".to_owned()], true, false), (Vec::new(), false, false), (everything, true, true)]
    {
        let portal = portal(|rules| rules.roles_that_cascade_to_sub_groups = cascading.clone());
        drop(portal.ok("organization_create", json!({"name": "child", "groups": [{"name": "org1"}]})));
        drop(portal.ok("organization_create", json!({"name": "grandchild", "groups": [{"name": "child"}]})));
        drop(portal.ok("package_create", json!({"name": "deep", "owner_org": "grandchild", "private": true})));
        for (name, holds) in [("admin", admin), ("editor", editor)] {
            let who = actor(&portal, name);
            assert_eq!(may(&portal, &who, "package_show", json!({"id": "deep"})), holds, "{name} {cascading:?}");
            assert_eq!(may(&portal, &who, "package_patch", json!({"id": "deep", "notes": name})), holds, "{name} {cascading:?}");
            assert_eq!(
                may(&portal, &who, "organization_patch", json!({"id": "grandchild", "title": name})),
                holds && name == "admin",
                "{name} {cascading:?}"
            );
            let found = portal.call(&who, "package_search", json!({"include_private": true})).unwrap();
            assert_eq!(found["count"], i32::from(holds), "{name} {cascading:?}");
            let listed = portal.ok("organization_list_for_user", json!({"id": name, "permission": "read"}));
            assert_eq!(listed.as_array().unwrap().len(), if holds { 3 } else { 1 }, "{listed}");
        }
        drop(portal.ok("group_create", json!({"name": "below", "groups": [{"name": "group1"}]})));
        let who = actor(&portal, "admin");
        assert_eq!(may(&portal, &who, "group_patch", json!({"id": "below", "title": "T"})), admin, "{cascading:?}");
        let listed = portal.call(&who, "group_list_authz", json!({})).unwrap();
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["name"]), (1, &json!("group1")), "{cascading:?}");
        // A change of the hierarchy counts at once.
        drop(portal.ok("organization_delete", json!({"id": "child"})));
        assert!(!may(&portal, &actor(&portal, "admin"), "package_show", json!({"id": "deep"})));
    }
}
