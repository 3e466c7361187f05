//! Views: made, ordered, changed and removed with the rights of their dataset.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

/// A public dataset of an organization with an editor and a member, and the id of its resource. The site makes no views by
/// itself.
fn portal() -> (TestApp, Value) {
    let portal = TestApp::with(|settings| settings.views.defaults.clear());
    user(&portal, "editor");
    user(&portal, "other");
    let users = json!([{"name": "editor", "capacity": "editor"}]);
    drop(portal.ok("organization_create", json!({"name": "org1", "users": users})));
    drop(portal.ok("package_create", json!({"name": "data", "owner_org": "org1"})));
    let resource = portal.ok("resource_create", json!({"package_id": "data", "url": "http://x.org/a.png", "format": "PNG"}));
    (portal, resource["id"].clone())
}

#[test]
fn a_view_lives_with_its_resource() {
    let (portal, resource) = portal();
    let editor = actor(&portal, "editor");
    let call = |name: &str, input: Value| portal.call(&editor, name, input).unwrap();
    let made = call("resource_view_create", json!({"resource_id": resource, "view_type": "image_view", "title": "T"}));
    let package = portal.ok("package_show", json!({"id": "data"}))["id"].clone();
    assert_eq!(
        made,
        json!({"id": made["id"], "resource_id": resource, "title": "T", "description": null, "view_type": "image_view", "package_id": package})
    );
    let second = call(
        "resource_view_create",
        json!({"resource_id": resource, "view_type": "image_view", "title": "U", "image_url": "http://x.org/b"}),
    );
    assert_eq!(second["image_url"], "http://x.org/b");
    let changed = call("resource_view_update", json!({"id": second["id"], "description": "d"}));
    assert_eq!((&changed["title"], &changed["description"], changed.get("image_url")), (&json!("U"), &json!("d"), None));
    let order = call("resource_view_reorder", json!({"id": resource, "order": [second["id"]]}));
    assert_eq!(order, json!({"id": resource, "order": [second["id"], made["id"]]}));
    let seen = portal.call(&Actor::anonymous(), "resource_view_list", json!({"id": resource})).unwrap();
    assert_eq!((&seen[0]["id"], &seen[1]["id"]), (&second["id"], &made["id"]));
    assert_eq!(portal.call(&Actor::anonymous(), "resource_view_show", json!({"id": made["id"]})).unwrap(), made);
    assert_eq!(call("resource_view_delete", json!({"id": made["id"]})), json!({"resource_id": resource}));
    assert_eq!(portal.call(&editor, "resource_view_clear", json!({})).unwrap_err().kind(), Kind::Denied);
    assert_eq!(portal.ok("resource_view_clear", json!({"view_types": ["text_view"]})), Value::Null);
    assert_eq!(portal.ok("resource_view_list", json!({"id": resource})).as_array().unwrap().len(), 1);
    drop(portal.ok("resource_delete", json!({"id": resource})));
    assert_eq!(portal.call(&editor, "resource_view_show", json!({"id": second["id"]})).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn faults_are_told_as_ckan_tells_them() {
    let (portal, resource) = portal();
    let site = TestApp::site();
    let create = |input: Value| faults(portal.call(&site, "resource_view_create", input));
    assert_eq!(create(json!({"title": "T"})), json!({"resource_id": ["Missing value"]}));
    assert_eq!(
        create(json!({"resource_id": resource, "view_type": "nope", "title": "T"})),
        json!({"view_type": "No plugin found for view_type nope"})
    );
    assert_eq!(create(json!({"resource_id": resource, "view_type": "text_view"})), json!({"title": ["Missing value"]}));
    assert_eq!(
        create(json!({"resource_id": resource, "view_type": "text_view", "title": "x", "junk": 1})),
        json!({"__extras": ["The input field __extras was not expected."]})
    );
    let table = json!({"resource_id": resource, "view_type": "datatables_view", "title": "x", "filter_fields": ["a", "b"], "filter_values": "c"});
    let message = "\"filter_fields\" and \"filter_values\" should have the same length";
    assert_eq!(create(table), json!({"filter_fields": [message], "filter_values": [message]}));
    let order = |order: Value| faults(portal.call(&site, "resource_view_reorder", json!({"id": resource, "order": order})));
    assert_eq!(order(json!("x")), json!({"order": "Must supply order as a list"}));
    assert_eq!(order(json!(["x", "x"])), json!({"order": "No duplicates allowed in order"}));
    assert_eq!(order(json!(["x"])), json!({"order": "View x does not exist"}));
    assert_eq!(
        portal.call(&actor(&portal, "other"), "resource_view_show", json!({"id": "x"})).unwrap_err().message(),
        "Resource view not found, cannot check auth."
    );
    let denied = portal.call(
        &actor(&portal, "other"),
        "resource_view_create",
        json!({"resource_id": resource, "view_type": "image_view", "title": "T"}),
    );
    let package = portal.ok("package_show", json!({"id": "data"}))["id"].as_str().unwrap().to_owned();
    assert_eq!(denied.unwrap_err().message(), format!("User other not authorized to create resources on dataset {package}"));
}

#[test]
fn a_site_makes_its_own_views_where_they_suit() {
    let (portal, resource) = portal();
    let portal = portal.restart_with(|settings| settings.views.defaults = vec!["image_view".to_owned()]);
    let editor = actor(&portal, "editor");
    drop(portal.ok("resource_create", json!({"package_id": "data", "url": "http://x.org/a.csv", "format": "CSV"})));
    let package = portal.ok("package_show", json!({"id": "data"}));
    let made = portal.call(&editor, "package_create_default_resource_views", json!({"package": package})).unwrap();
    assert_eq!(made.as_array().unwrap().len(), 1);
    assert_eq!((&made[0]["resource_id"], &made[0]["title"]), (&resource, &json!("Image")));
    let again = portal.call(&editor, "resource_create_default_resource_views", json!({"resource": package["resources"][0]}));
    assert_eq!(again.unwrap(), json!([]));
    assert_eq!(
        faults(portal.call(&editor, "resource_create_default_resource_views", json!({}))),
        json!({"resource": ["Missing value"]})
    );
    let other = actor(&portal, "other");
    let denied = portal.call(&other, "package_create_default_resource_views", json!({"package": package}));
    assert_eq!(denied.unwrap_err().kind(), Kind::Denied);
}

#[test]
fn views_of_a_private_dataset_are_for_its_members() {
    let (portal, resource) = portal();
    let made = portal.ok("resource_view_create", json!({"resource_id": resource, "view_type": "image_view", "title": "T"}));
    drop(portal.ok("package_patch", json!({"id": "data", "private": true})));
    for (name, id) in [("resource_view_show", &made["id"]), ("resource_view_list", &resource)] {
        assert_eq!(portal.call(&Actor::anonymous(), name, json!({"id": id})).unwrap_err().kind(), Kind::Denied, "{name}");
        assert!(portal.call(&actor(&portal, "editor"), name, json!({"id": id})).is_ok(), "{name}");
    }
}

/// Kinds of the views of a resource, in their order.
fn kinds(portal: &TestApp, resource: &Value) -> Vec<Value> {
    let views = portal.ok("resource_view_list", json!({"id": resource["id"]}));
    views.as_array().unwrap().iter().map(|view| view["view_type"].clone()).collect()
}

#[test]
fn views_come_with_new_resources() {
    let both = ["webpage_view", "image_view", "nope", "datatables_view"];
    let portal = TestApp::with(|settings| settings.views.defaults = both.map(str::to_owned).to_vec());
    user(&portal, "editor");
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "editor", "capacity": "editor"}]})));
    let call = |name: &str, input: Value| portal.call(&actor(&portal, "editor"), name, input).unwrap();
    let picture = json!({"url": "http://x.org/c.png", "format": "png"});
    let resources =
        json!([picture, {"url": "http://x.org/c.csv", "format": "CSV"}, {"url": "http://x.org/c.html", "format": "PNG"}]);
    let package = call("package_create", json!({"name": "one", "owner_org": "org1", "resources": resources}));
    let of = |place: usize| kinds(&portal, &package["resources"][place]);
    assert_eq!((of(0), of(1), of(2)), (vec![json!("image_view")], vec![], vec![json!("webpage_view"), json!("image_view")]));
    let view = &portal.ok("resource_view_list", json!({"id": package["resources"][0]["id"]}))[0];
    assert_eq!((&view["title"], &view["description"], &view["package_id"]), (&json!("Image"), &json!(""), &package["id"]));
    let told = portal.ok("package_activity_list", json!({"id": "one"}));
    let told = told.as_array().unwrap().iter().filter(|activity| activity["activity_type"] == "new resource view");
    assert_eq!(told.count(), 3);

    let mut added = call("resource_create", json!({"package_id": "one", "url": "http://x.org/d", "format": "CSV"}));
    assert_eq!(kinds(&portal, &added), Vec::<Value>::new());
    added["format"] = json!("JPEG");
    let changed = call("resource_update", added);
    assert_eq!(kinds(&portal, &changed), ["image_view"]);
    drop(call("resource_patch", json!({"id": changed["id"], "format": "GIF"})));
    assert_eq!(kinds(&portal, &changed), ["image_view"]);
    let again = call("resource_create", json!({"package_id": "one", "url": "http://x.org/e", "format": "PNG"}));
    assert_eq!(kinds(&portal, &again), ["image_view"]);
    drop(call("resource_delete", json!({"id": package["resources"][0]["id"]})));

    let portal = portal.restart_with(|settings| (settings.every_plugin, settings.plugins) = (false, vec!["activity".to_owned()]));
    let bare = portal.ok("package_create", json!({"name": "two", "owner_org": "org1", "resources": [picture]}));
    assert_eq!(kinds(&portal, &bare["resources"][0]), Vec::<Value>::new());
}
