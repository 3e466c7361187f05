//! Mass assignment (battery M): what a client may not say is not heard, whichever action he says it to.

use kit::TestServer;
use serde_json::{Map, Value, json};

struct Portal {
    server: TestServer,
    editor: String,
}

fn portal() -> Portal {
    let server = TestServer::new();
    let editor = server.token("editor", false);
    drop(server.token("victim", true));
    let users = json!([{"name": "editor", "capacity": "editor"}]);
    drop(server.portal.ok("organization_create", json!({"name": "own", "users": users})));
    drop(server.portal.ok("organization_create", json!({"name": "foreign"})));
    drop(
        server.portal.ok(
            "package_create",
            json!({"name": "theirs", "owner_org": "foreign", "resources": [{"url": "http://x.org/theirs"}]}),
        ),
    );
    let resources = json!([{"url": "http://x.org/a.csv", "name": "a"}]);
    let made =
        server.action("package_create", Some(&editor), &json!({"name": "data", "owner_org": "own", "resources": resources}));
    assert_eq!(made.status, 200, "{}", made.text());
    Portal { server, editor }
}

impl Portal {
    fn show(&self, action: &str, id: &Value) -> Map<String, Value> {
        self.server.portal.ok(action, json!({"id": id})).as_object().cloned().unwrap_or_default()
    }

    fn send(&self, action: &str, input: Value) -> kit::Response {
        let answer = self.server.action(action, Some(&self.editor), &input);
        assert!([200, 400, 403, 404, 409].contains(&answer.status), "{action} {input}: {}", answer.text());
        answer
    }
}

const PROTECTED: [&str; 9] =
    ["id", "creator_user_id", "owner_org", "metadata_created", "num_resources", "num_tags", "organization", "type", "isopen"];

#[test]
fn what_the_server_keeps_of_a_dataset_nobody_sends() {
    let portal = portal();
    let before = portal.show("package_show", &json!("data"));
    let (foreign, theirs) = (portal.show("organization_show", &json!("foreign")), portal.show("package_show", &json!("theirs")));
    let evil = [
        ("creator_user_id", json!("victim")),
        ("owner_org", foreign["id"].clone()),
        ("owner_org", json!("foreign")),
        ("metadata_created", json!("2001-01-01T00:00:00")),
        ("metadata_modified", json!("2001-01-01T00:00:00")),
        ("revision_id", json!("x")),
        ("num_resources", json!(77)),
        ("num_tags", json!(77)),
        ("organization", Value::Object(foreign.clone())),
        ("type", json!("harvest")),
        ("isopen", json!(true)),
        ("license_title", json!("Mine")),
        ("plugin_data", json!({"a": 1})),
        ("permission_labels", json!(["public"])),
        ("relationships_as_subject", json!([{"object": "theirs", "type": "depends_on"}])),
        ("extras", json!([{"key": "owner_org", "value": "foreign"}])),
        ("extras", json!([{"key": "private", "value": "false"}])),
        ("extras", json!([{"key": "x", "value": "y", "id": "1", "package_id": theirs["id"], "state": "deleted"}])),
        ("__extras", json!({"owner_org": "foreign"})),
        ("__junk", json!({"owner_org": "foreign"})),
        ("__proto__", json!({"owner_org": "foreign"})),
        ("tracking_summary", json!({"total": 1})),
    ];
    for (field, value) in &evil {
        let whole = |mut base: Map<String, Value>| {
            base.insert((*field).to_owned(), value.clone());
            Value::Object(base)
        };
        let small = whole(json!({"id": "data"}).as_object().cloned().unwrap());
        for (action, input) in [
            ("package_patch", small.clone()),
            ("package_update", whole(before.clone())),
            ("package_revise", json!({"match": {"name": "data"}, "update": {*field: value}})),
        ] {
            let answer = portal.send(action, input);
            let after = portal.show("package_show", &before["id"]);
            for kept in PROTECTED {
                assert_eq!(after[kept], before[kept], "{action} {field}={value}: {}", answer.text());
            }
            let year = after["metadata_modified"].as_str().unwrap_or_default().get(..4).unwrap_or_default().to_owned();
            assert_ne!(year, "2001", "{action} {field}");
            assert!(
                after["relationships_as_subject"] == json!([]) && after.get("permission_labels").is_none(),
                "{action} {field}"
            );
        }
        let mut new = json!({"name": format!("new-{field}").to_lowercase().replace(' ', "-"), "owner_org": "own"});
        new[*field] = value.clone();
        let made = portal.send("package_create", new);
        if made.status == 200 {
            let made = made.json()["result"].clone();
            assert_eq!(
                (&made["owner_org"], &made["creator_user_id"]),
                (&before["owner_org"], &before["creator_user_id"]),
                "{field}"
            );
            assert!(made["metadata_created"].as_str() > Some("2002") && made["num_resources"] == 0, "{field}: {made}");
        }
    }
    let forced = portal.send("package_create", json!({"id": theirs["id"], "name": "forced", "owner_org": "own"}));
    assert_eq!(forced.json()["error"]["id"][0], "The input field id was not expected.");
    assert_eq!(portal.show("package_show", &json!("theirs")), theirs, "the other dataset is as it was");
}

#[test]
fn a_resource_stays_in_its_dataset() {
    let portal = portal();
    let before = portal.show("package_show", &json!("data"));
    let theirs = portal.show("package_show", &json!("theirs"));
    let own = &before["resources"][0]["id"];
    for (field, value) in [
        ("package_id", theirs["id"].clone()),
        ("id", theirs["resources"][0]["id"].clone()),
        ("id", json!("../../x")),
        ("id", json!("x".repeat(100_000))),
        ("state", json!("deleted")),
        ("position", json!(-7)),
        ("datastore_active", json!(true)),
        ("metadata_modified", json!("2001-01-01T00:00:00")),
        ("tracking_summary", json!({"total": 1})),
        ("__extras", json!({"package_id": theirs["id"]})),
    ] {
        for (action, mut input) in [
            ("resource_patch", json!({"id": own})),
            ("resource_update", json!({"id": own, "url": "http://x.org/a.csv"})),
            ("resource_create", json!({"package_id": "data", "url": "http://x.org/b.csv"})),
        ] {
            input[field] = value.clone();
            let answer = portal.send(action, input);
            if answer.status == 200 {
                let shown = &answer.json()["result"];
                assert!(shown["datastore_active"] == false && shown["state"] == "active", "{action} {field}: {shown}");
                assert_ne!(shown["position"], -7, "{action} {field}");
                assert!(shown["metadata_modified"].as_str() > Some("2002"), "{action} {field}: {shown}");
                assert!(shown["package_id"] == before["id"] || field == "package_id", "{action} {field}: {shown}");
            }
        }
        let mut resource = before["resources"][0].clone();
        resource[field] = value.clone();
        drop(portal.send("package_patch", json!({"id": "data", "resources": [resource]})));
        drop(portal.send("package_patch", json!({"id": "data", "resources": before["resources"]})));
        assert_eq!(portal.show("package_show", &json!("theirs")), theirs, "{field}={value}");
    }
}

#[test]
fn nobody_makes_himself_more_than_he_is() {
    let portal = portal();
    let own = |name: &str| portal.show("user_show", &json!(name));
    let (before, victim) = (own("editor"), own("victim"));
    for (field, value) in [
        ("sysadmin", json!(true)),
        ("state", json!("deleted")),
        ("plugin_extras", json!({"a": 1})),
        ("apikey", json!("x")),
        ("reset_key", json!("x")),
        ("email_hash", json!("x")),
        ("created", json!("2001-01-01")),
        ("number_created_packages", json!(99)),
        ("last_active", json!("2001-01-01")),
    ] {
        let mut input = json!({"id": "editor", "email": "editor@example.org"});
        input[field] = value.clone();
        for action in ["user_patch", "user_update"] {
            drop(portal.send(action, input.clone()));
            let after = own("editor");
            for kept in ["sysadmin", "state", "apikey", "email_hash", "created", "id", "name", "plugin_extras"] {
                assert_eq!(after.get(kept), before.get(kept), "{action} {field}");
            }
        }
        input["id"] = victim["id"].clone();
        assert_eq!(portal.send("user_patch", input).status, 403, "{field}");
    }
    let refused = [
        ("api_token_create", json!({"user": "victim", "name": "x"})),
        ("member_create", json!({"id": "own", "object": "editor", "object_type": "user", "capacity": "admin"})),
        ("member_create", json!({"id": "foreign", "object": "editor", "object_type": "user", "capacity": "admin"})),
        ("organization_member_create", json!({"id": "own", "username": "editor", "role": "admin"})),
        ("organization_patch", json!({"id": "own", "users": [{"name": "editor", "capacity": "admin"}]})),
        ("user_create", json!({"name": "made", "email": "m@example.org", "password": "long enough", "sysadmin": true})),
        ("package_owner_org_update", json!({"id": "data", "organization_id": "foreign"})),
        ("config_option_update", json!({"ckan.site_title": "mine"})),
    ];
    for (action, input) in refused {
        assert_eq!(portal.send(action, input).status, 403, "{action}");
    }
    // Who follows is who asks, whatever he says.
    drop(
        portal.send(
            "follow_dataset",
            json!({"id": "data", "user": "victim", "follower_id": victim["id"], "user_id": victim["id"]}),
        ),
    );
    let followers = portal.server.portal.ok("dataset_follower_list", json!({"id": "data"}));
    assert_eq!((followers.as_array().unwrap().len(), &followers[0]["name"]), (1, &json!("editor")));
    let made = portal.send(
        "organization_create",
        json!({"name": "mine", "id": victim["id"], "state": "deleted", "is_organization": false, "approval_status": "denied"}),
    );
    assert!(made.status != 200 || made.json()["result"]["is_organization"] == true, "{}", made.text());
    assert_eq!(own("victim"), victim);
}
