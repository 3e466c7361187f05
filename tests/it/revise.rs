//! Changing parts of a dataset: `package_revise`, `package_resource_reorder`.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

const FIRST: &str = "aaaaaaaa-0000-4000-8000-000000000001";

/// `one` with three resources, in a group, of `org1` with an editor.
fn portal() -> TestApp {
    let portal = TestApp::new();
    for name in ["editor", "other"] {
        user(&portal, name);
    }
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "editor", "capacity": "editor"}]})));
    drop(portal.ok("group_create", json!({"name": "group1"})));
    let resources =
        json!([{"id": FIRST, "url": "http://x.org/a", "name": "A"}, {"url": "http://x.org/b"}, {"url": "http://x.org/c"}]);
    drop(portal.ok(
        "package_create",
        json!({"name": "one", "owner_org": "org1", "notes": "old notes", "groups": [{"name": "group1"}],
            "tags": [{"name": "economy"}], "extras": [{"key": "k", "value": "v"}], "resources": resources}),
    ));
    portal
}

fn editor(portal: &TestApp, input: Value) -> Result<Value, base::Error> {
    portal.call(&actor(portal, "editor"), "package_revise", input)
}

#[test]
fn a_part_is_changed_and_the_rest_stays() {
    let portal = portal();
    let before = portal.ok("package_show", json!({"id": "one"}));
    let input = json!({"match": {"name": "one", "notes": "old notes"}, "update": {"notes": "new notes"}});
    let revised = editor(&portal, input).unwrap();
    let mut expected = before.clone();
    expected["notes"] = json!("new notes");
    expected["metadata_modified"] = revised["package"]["metadata_modified"].clone();
    assert_eq!(revised, json!({"package": expected}));
    assert_ne!(expected["metadata_modified"], before["metadata_modified"]);
    // Flat keys, JSON texts as a form sends them, the beginning of an id, and an extension that is changed at once.
    let revised = editor(
        &portal,
        json!({"match__name": "one", "match__resources__0__name": "A", "match__num_resources": 3,
            "update__title": "T", "update__resources__extend": "[{\"url\": \"http://x.org/d\"}]",
            "update__resources__3": {"name": "D"}, "update__resources__aaaaa__name": "A2", "include": ["+package__resources", "-*"]}),
    )
    .unwrap();
    assert_eq!(revised, json!({}), "as in CKAN, `-*` says nothing but of its level: the package goes");
    let revised =
        editor(&portal, json!({"match__name": "one", "include": ["+package__resources", "+package__title", "-package__*"]}))
            .unwrap();
    assert_eq!(revised["package"].as_object().unwrap().len(), 2);
    assert_eq!((&revised["package"]["title"], &revised["package"]["resources"][3]["name"]), (&json!("T"), &json!("D")));
    assert_eq!(revised["package"]["resources"][0]["name"], "A2");
    let input = json!({"match": "{\"name\": \"one\"}", "filter": ["+resources__aaaaa__id", "-resources__aaaaa__*", "-resources__1", "-groups__*"]});
    let revised = editor(&portal, input).unwrap();
    let resources = revised["package"]["resources"].as_array().unwrap();
    assert_eq!((resources.len(), &resources[0]["id"], &resources[0]["url"]), (3, &json!(FIRST), &json!("")));
    assert_eq!(revised["package"]["groups"], json!([]));
    let input = json!({"match": {"name": "one"}, "filter": "+resources,-*", "update": {"name": "two", "title": "Fresh"}});
    let revised = editor(&portal, input).unwrap();
    let package = &revised["package"];
    assert_eq!((&package["id"], &package["name"], &package["notes"]), (&before["id"], &json!("two"), &Value::Null));
    assert_eq!((&package["tags"], package["resources"].as_array().unwrap().len()), (&json!([]), 3));
}

#[test]
fn what_does_not_match_changes_nothing() {
    let portal = portal();
    let before = portal.ok("package_show", json!({"id": "one"}));
    for (input, expected) in [
        (json!({"update": {"notes": "z"}}), json!({"match__id": "Missing value"})),
        (
            json!({"match": [], "filter": 1, "update": "x", "include": [1]}),
            json!({"match": ["Must be a dict"], "update": ["Must be a dict"], "filter": ["Not a list"], "include": ["Not a string: 1"]}),
        ),
        (json!({"match": {"name": "one", "notes": "no"}, "update": {"notes": "z"}}), json!({"match": ["notes"]})),
        (
            json!({"match__name": "one", "match__resources__0__name": "B", "match__notes": "x"}),
            json!({"match": ["notes", "resources__0__name"]}),
        ),
        (json!({"match__name": "one", "update__resources__99": {"url": "x"}}), json!({"resources__99": ["Unmatched key 99"]})),
        (
            json!({"match__name": "one", "update__resources__extend": {}}),
            json!({"resources__extend": ["Expected list for resources"]}),
        ),
        (json!({"match__name": "one", "update": {"resources": {"0": {}}}}), json!({"update": ["Expected list for resources"]})),
        (
            json!({"match__name": "one", "update__resources__extend": [{"id": "../../nope.txt"}]}),
            json!({"resources": [{}, {}, {}, {"id": ["Invalid id provided"]}]}),
        ),
    ] {
        assert_eq!(faults(editor(&portal, input.clone())), expected, "{input}");
    }
    let error = editor(&portal, json!({"match__name": "one", "match__nope__x": 1})).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Integrity, "Unmatched key nope"));
    assert_eq!(editor(&portal, json!({"match__name": "nope"})).unwrap_err().kind(), Kind::NotFound);
    for (who, name) in [(actor(&portal, "other"), "other"), (Actor::anonymous(), "")] {
        let error = portal.call(&who, "package_revise", json!({"match__name": "one", "update__notes": "z"})).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{name}");
    }
    assert_eq!(portal.ok("package_show", json!({"id": "one"})), before);
    // Nobody looks into a private dataset by guessing what matches.
    drop(portal.ok("package_patch", json!({"id": "one", "private": true})));
    let error =
        portal.call(&actor(&portal, "other"), "package_revise", json!({"match": {"name": "one", "notes": "x"}})).unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    // Another dataset is out of reach, whatever the update says.
    let second = portal.ok("package_create", json!({"name": "second", "owner_org": "org1"}));
    let revised = editor(&portal, json!({"match__name": "one", "update__id": second["id"]})).unwrap();
    assert_eq!(revised["package"]["id"], before["id"]);
}

#[test]
fn resources_are_put_in_order() {
    let portal = portal();
    let before = portal.ok("package_show", json!({"id": "one"}));
    let ids: Vec<&Value> = before["resources"].as_array().unwrap().iter().map(|resource| &resource["id"]).collect();
    let reorder = |who: &Actor, order: Value| portal.call(who, "package_resource_reorder", json!({"id": "one", "order": order}));
    let editor = actor(&portal, "editor");
    let done = reorder(&editor, json!([ids[2]])).unwrap();
    assert_eq!(done, json!({"id": "one", "order": [ids[2], ids[0], ids[1]]}));
    let after = portal.ok("package_show", json!({"id": "one"}));
    let places: Vec<_> =
        after["resources"].as_array().unwrap().iter().map(|one| (&one["id"], one["position"].as_i64().unwrap())).collect();
    assert_eq!(places, [(ids[2], 0), (ids[0], 1), (ids[1], 2)]);
    assert_eq!(after["resources"][0]["metadata_modified"], before["resources"][2]["metadata_modified"]);
    assert_eq!(after["tags"], before["tags"]);
    for (order, expected) in [
        (Value::Null, json!({"order": ["Missing value"]})),
        (json!("x"), json!({"order": "Must be a list of resource"})),
        (json!(["x", "x"]), json!({"order": "Must supply unique resource_ids"})),
        (json!(["x"]), json!({"order": "resource_id x can not be found"})),
    ] {
        assert_eq!(faults(reorder(&editor, order)), expected);
    }
    let error = portal.call(&editor, "package_resource_reorder", json!({"order": []}));
    assert_eq!(faults(error), json!({"id": ["Missing value"]}));
    let missing = portal.call(&editor, "package_resource_reorder", json!({"id": "nope", "order": []})).unwrap_err();
    assert_eq!(missing.kind(), Kind::NotFound);
    assert_eq!(reorder(&actor(&portal, "other"), json!([ids[0]])).unwrap_err().kind(), Kind::Denied);
}
