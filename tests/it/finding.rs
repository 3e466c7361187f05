//! Finding datasets and resources beside `package_search`.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

/// Two public datasets and a private one, of `org1` with an editor.
fn portal() -> TestApp {
    let portal = TestApp::new();
    user(&portal, "editor");
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "editor", "capacity": "editor"}]})));
    for (name, title, private) in [
        ("warandpeace", "Some public stuff", false),
        ("another", "Some random stuff", false),
        ("hidden", "Some private stuff", true),
    ] {
        let resources = json!([
            {"url": format!("http://x.org/{name}.csv"), "name": "100% A_B", "hash": "ABCdef", "size": 12, "theme": "t"},
            {"url": format!("http://x.org/{name}.json"), "name": format!("Z {name}"), "created": "2020-01-02T03:04:05"}]);
        let sent = json!({"name": name, "title": title, "owner_org": "org1", "private": private, "resources": resources});
        drop(portal.ok("package_create", sent));
    }
    portal
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn an_answer_says_more_where_it_is_asked_to() {
    let portal = portal();
    let ask = |actor: &Actor, more: Value| {
        let mut input = json!({"facet": false});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        portal.call(actor, "package_search", input).unwrap()
    };
    let anonymous = Actor::anonymous();
    let plain = ask(&anonymous, json!({"q": "public"}));
    let keys: Vec<&String> = plain.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["count", "facets", "results", "sort", "search_facets"]);
    let more = ask(&anonymous, json!({"q": "public", "hl": true, "explain": "true"}));
    let id = more["results"][0]["id"].as_str().unwrap();
    assert_eq!(more["highlighting"][id], json!({"title": ["Some <em>public</em> stuff"]}));
    assert!(more["explain"][id].as_str().unwrap().starts_with("Found by \"public\" in title ("), "{}", more["explain"]);
    assert_eq!(ask(&anonymous, json!({"q": "pubilc"}))["did_you_mean"], "public");
    let scored = ask(&anonymous, json!({"q": "public", "fl": "name,score"}))["results"][0].clone();
    assert!(scored["name"] == "warandpeace" && scored["score"].as_f64().is_some_and(|score| score > 0.0), "{scored}");
    let sorted = ask(&anonymous, json!({"q": "public", "fl": "name,score", "sort": "name asc"}))["results"][0].clone();
    assert_eq!(sorted, json!({"name": "warandpeace"}));
    let secret = json!({"q": "privaet", "include_private": true, "hl": true});
    assert_eq!(ask(&anonymous, secret.clone()).get("did_you_mean"), None);
    assert_eq!(ask(&actor(&portal, "editor"), secret)["did_you_mean"], "private");
}

#[test]
fn values_of_what_nobody_may_see_are_no_facets() {
    let portal = portal();
    let secret = json!({"name": "secret", "owner_org": "org1", "private": true, "tags": [{"name": "whispered"}],
        "resources": [{"url": "http://x.org/a", "format": "XYZ"}], "extras": [{"key": "theme", "value": "hush"}]});
    drop(portal.ok("package_create", secret));
    drop(portal.ok("package_create", json!({"name": "purged", "owner_org": "org1", "tags": [{"name": "forgotten"}]})));
    drop(portal.ok("dataset_purge", json!({"id": "purged"})));
    let fields = ["tags", "res_format", "theme", "extras_theme", "title_string", "capacity", "state", "name"];
    for limit in [-1, 50] {
        let input = json!({"facet.field": fields, "facet.mincount": 0, "facet.limit": limit, "q": "name:another", "rows": 0});
        let told = portal.call(&Actor::anonymous(), "package_search", input).unwrap()["facets"].clone();
        let empty = json!({});
        assert_eq!([&told["tags"], &told["theme"], &told["extras_theme"]], [&empty; 3], "{told}");
        assert_eq!(told["capacity"], json!({"public": 1}));
        assert_eq!(told["name"], json!({"another": 1, "warandpeace": 0}));
        for secret in ["whispered", "XYZ", "hush", "Some private stuff", "forgotten", "purged"] {
            assert!(!told.to_string().contains(secret), "{told}");
        }
    }
}

#[test]
fn a_title_with_a_colon_is_found_as_it_is_typed() {
    let portal = portal();
    let other = json!({"name": "budget", "title": "Бюджет: чыгашалар 2024", "owner_org": "org1",
        "extras": [{"key": "Region", "value": "osh"}]});
    drop(portal.ok("package_create", other));
    let secret = json!({"name": "secret", "owner_org": "org1", "private": true, "extras": [{"key": "Бюджет", "value": "x"}, {"key": "Draft", "value": "x"}]});
    drop(portal.ok("package_create", secret));
    let ask = |who: &Actor, input: Value| portal.call(who, "package_search", input).unwrap();
    let (anonymous, site) = (Actor::anonymous(), TestApp::site());
    let found = |q: &str| names(&ask(&anonymous, json!({"q": q}))["results"]).join(" ");
    assert_eq!(found("Бюджет: чыгашалар 2024"), "budget");
    assert_eq!(found("бюджет: чыгаша"), "budget");
    assert_eq!(found("Бюджет:"), "budget");
    // What is a field stays one: of CKAN's, or an extra's.
    assert_eq!(found("title: бюджет"), "budget");
    assert_eq!(found("Region: osh"), "budget");
    assert_eq!(found("Region: бюджет"), "");
    assert_eq!(found("Бюджет:чыгашалар"), "");
    let marked = ask(&anonymous, json!({"q": "Бюджет: чыгаша", "hl": true, "explain": true}));
    let id = marked["results"][0]["id"].as_str().unwrap();
    assert_eq!(marked["highlighting"][id]["title"], json!(["<em>Бюджет</em>: <em>чыгашалар</em> 2024"]));
    assert!(marked["explain"][id].as_str().unwrap().contains("чыгаша"));
    // An extra of a dataset that the caller may not see is none.
    let draft = json!({"q": "Draft: public stuff", "include_private": true});
    assert_eq!(names(&ask(&anonymous, draft.clone())["results"]), ["warandpeace"]);
    assert_eq!(ask(&site, draft)["count"], 0);
    assert_eq!(ask(&anonymous, json!({"q": "Бюджет: чыгашалар", "defType": "lucene"}))["count"], 0);
}

#[test]
fn datasets_are_completed_by_name_and_title() {
    let portal = portal();
    let complete = |actor: &Actor, input: Value| portal.call(actor, "package_autocomplete", input).unwrap();
    let anonymous = Actor::anonymous();
    assert_eq!(
        complete(&anonymous, json!({"q": "WAR"})),
        json!([{"name": "warandpeace", "title": "Some public stuff", "match_field": "name", "match_displayed": "warandpeace"}])
    );
    let found = complete(&anonymous, json!({"q": "bli"}));
    assert_eq!(
        (&found[0]["match_field"], &found[0]["match_displayed"]),
        (&json!("title"), &json!("Some public stuff (warandpeace)"))
    );
    assert_eq!(complete(&anonymous, json!({"q": "tuf"})).as_array().unwrap().len(), 2);
    assert_eq!(complete(&actor(&portal, "editor"), json!({"q": "some"})).as_array().unwrap().len(), 3);
    assert_eq!(complete(&anonymous, json!({"q": "some", "limit": 1})).as_array().unwrap().len(), 1);
    for nothing in [json!({"q": ""}), json!({"q": "\"\\"}), json!({"q": "some", "limit": 0}), json!({"q": ") OR (*:*"})] {
        assert_eq!(complete(&anonymous, nothing.clone()), json!([]), "{nothing}");
    }
    assert_eq!(faults(portal.call(&anonymous, "package_autocomplete", json!({}))), json!({"q": ["Missing value"]}));
    assert_eq!(
        faults(portal.call(&anonymous, "package_autocomplete", json!({"q": "x", "limit": -1}))),
        json!({"limit": ["Must be a natural number"]})
    );
}

#[test]
fn datasets_are_found_by_the_fields_of_their_resources() {
    let portal = TestApp::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.search.resource_fields = vec!["quality".to_owned(), "columns".to_owned()];
    });
    let resources = json!([
        {"url": "http://x.org/a.csv", "quality": "Excellent survey", "columns": ["region", "Өкмөт"], "secret": "unnamed"},
        {"url": "http://x.org/b.csv", "quality": "poor"}]);
    drop(portal.ok("package_create", json!({"name": "measured", "resources": resources})));
    drop(portal.ok("package_create", json!({"name": "other", "resources": [{"url": "http://x.org/c.csv"}]})));
    let found = |portal: &TestApp, q: &str| names(&portal.ok("package_search", json!({"q": q}))["results"]).join(" ");
    for (q, datasets) in [
        ("res_extras_quality:excellent", "measured"),
        ("res_extras_quality:poor", "measured"),
        ("res_extras_quality: surveys", "measured"),
        ("res_extras_columns:region", "measured"),
        ("res_extras_quality:region", ""),
        ("res_extras_quality:*", "measured"),
        ("res_extras_secret:unnamed", ""),
        ("unnamed", ""),
        ("excellent surveys", "measured"),
        ("окмоттун", "measured"),
    ] {
        assert_eq!(found(&portal, q), datasets, "{q}");
    }
    let fields = portal.ok("package_search", json!({"q": "survey", "fl": "name,res_extras_quality"}));
    assert_eq!(fields["results"], json!([{"name": "measured", "res_extras_quality": ["Excellent survey", "poor"]}]));
    let search = |query: &str| portal.call(&Actor::anonymous(), "resource_search", json!({"query": query}));
    assert_eq!(search("quality:SURVEY").unwrap()["results"][0]["quality"], "Excellent survey");
    assert_eq!(search("quality:%").unwrap()["count"], 0);
    assert_eq!(faults(search("secret:unnamed")), json!({"query": "Field \"secret\" not recognised in resource_search."}));
}

#[test]
fn completion_knows_letters_as_they_are_typed() {
    let portal = portal();
    drop(portal.ok("organization_create", json!({"name": "kabinet", "title": "Өкмөттүн кеңеши"})));
    drop(portal.ok("organization_create", json!({"name": "russian", "title": "Окмот Ёлка"})));
    drop(portal.ok("group_create", json!({"name": "topic", "title": "Өнөр"})));
    user(&portal, "ulan");
    drop(portal.ok("user_patch", json!({"id": "ulan", "fullname": "Үлан Өмүров"})));
    let sent = json!({"name": "budget", "title": "Өкмөттүн бюджети", "owner_org": "org1", "tags": [{"name": "Көпүрө"}, {"name": "мост Ё"}]});
    drop(portal.ok("package_create", sent));
    let complete = |action: &str, q: &str| {
        let found = portal.call(&Actor::anonymous(), action, json!({"q": q})).unwrap();
        let name = |item: &Value| item["name"].as_str().or(item.as_str()).unwrap().to_owned();
        found.as_array().unwrap().iter().map(name).collect::<Vec<_>>().join(" ")
    };
    for (action, q, found) in [
        ("organization_autocomplete", "окмот", "russian kabinet"),
        ("organization_autocomplete", "өкмөт", "russian kabinet"),
        ("organization_autocomplete", "КЕНЕШ", "kabinet"),
        ("organization_autocomplete", "елка", "russian"),
        ("group_autocomplete", "онор", "topic"),
        ("user_autocomplete", "улан омур", "ulan"),
        ("user_autocomplete", "ҮЛАН", "ulan"),
        ("tag_autocomplete", "копуро", "Көпүрө"),
        ("tag_autocomplete", "Көп", "Көпүрө"),
        ("tag_autocomplete", "т е", "мост Ё"),
        ("tag_autocomplete", "к%п", ""),
        ("package_autocomplete", "окмот", "budget"),
        ("package_autocomplete", "ӨКМӨТТҮН БЮ", "budget"),
        ("package_autocomplete", "кмөтт", "budget"),
    ] {
        assert_eq!(complete(action, q), found, "{action} {q}");
    }
}

#[test]
fn current_datasets_come_newest_first() {
    let portal = portal();
    let list = |actor: &Actor, input: Value| {
        let found = portal.call(actor, "current_package_list_with_resources", input).unwrap();
        names(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let anonymous = Actor::anonymous();
    assert_eq!(list(&anonymous, json!({})), ["another", "warandpeace"]);
    assert_eq!(list(&anonymous, json!({"limit": 1})), ["another"]);
    assert_eq!(list(&anonymous, json!({"limit": "1", "page": 2})), ["warandpeace"]);
    assert_eq!(list(&anonymous, json!({"offset": 1, "page": 9})), ["warandpeace"]);
    assert_eq!(list(&actor(&portal, "editor"), json!({})), ["another", "warandpeace"]);
    assert_eq!(list(&TestApp::site(), json!({})), ["hidden", "another", "warandpeace"]);
    let whole = portal.ok("current_package_list_with_resources", json!({"limit": 1}));
    assert_eq!(whole[0], portal.ok("package_show", json!({"id": "hidden"})));
    let faulty = portal.call(&anonymous, "current_package_list_with_resources", json!({"limit": "x", "offset": -1, "page": 0}));
    assert_eq!(
        faults(faulty),
        json!({"limit": ["Invalid integer"], "offset": ["Must be a natural number"], "page": ["Must be a positive integer"]})
    );
}

#[test]
fn resources_are_found_by_their_fields() {
    let portal = portal();
    let search = |input: Value| portal.call(&Actor::anonymous(), "resource_search", input);
    let count = |query: Value| search(json!({"query": query})).unwrap()["count"].clone();
    for (query, expected) in [
        (json!("name:z WAR"), 1),
        (json!("name:"), 4),
        (json!("name:0% a_"), 2),
        (json!("name:0_ A"), 0),
        (json!("hash:abc"), 2),
        (json!("hash:def"), 0),
        (json!("size:12"), 2),
        (json!("created:2020-01-02T03:04:05"), 2),
        (json!(["format:csv", "url:another"]), 1),
        (json!(["url:war", "url:another"]), 2),
        (json!("url:hidden"), 0),
        (json!("url:http://x.org/war"), 2),
    ] {
        assert_eq!(count(query.clone()), expected, "{query}");
    }
    let found = search(json!({"query": "name:Z", "order_by": "url", "limit": 1, "offset": 1})).unwrap();
    assert_eq!((&found["count"], names(&found["results"])), (&json!(2), vec!["Z warandpeace"]));
    let shown = portal.ok("resource_show", json!({"id": found["results"][0]["id"]}));
    assert_eq!(found["results"][0], shown);
    assert_eq!(search(json!({"query": "hash:A", "order_by": "nothing"})).unwrap()["results"][0]["theme"], "t");
    for (input, expected) in [
        (json!({}), "Missing value"),
        (json!({"query": "Z"}), "Must be <field>:<value> pair(s)"),
        (json!({"query": ["name:x", 7]}), "Must be <field>:<value> pair(s)"),
        (json!({"query": {"name": "x"}}), "Must be <field>:<value> pair(s)"),
        (json!({"query": "nofield:Z"}), "Field \"nofield\" not recognised in resource_search."),
        (json!({"query": "extras:Z"}), "Field \"extras\" not recognised in resource_search."),
        (json!({"query": "size:x"}), "Invalid integer"),
        (json!({"query": "created:x"}), "Date format incorrect"),
    ] {
        assert_eq!(faults(search(input.clone())), json!({"query": expected}), "{input}");
    }
    assert_eq!(search(json!({"query": "url:\u{0}"})).unwrap()["count"], 0);
    assert_eq!(search(json!({"query": "url:x", "limit": "x"})).unwrap_err().kind(), Kind::Validation);
}

#[test]
fn formats_are_completed() {
    let portal = portal();
    let sent = json!({"name": "more", "owner_org": "org1", "resources": [{"url": "u", "format": "JSON"}, {"url": "u", "format": "s_x"}]});
    drop(portal.ok("package_create", sent));
    let complete = |input: Value| portal.call(&Actor::anonymous(), "format_autocomplete", input).unwrap();
    assert_eq!(complete(json!({"q": "s"})), json!(["json", "csv", "s_x"]));
    assert_eq!(complete(json!({"q": "CS"})), json!(["csv"]));
    assert_eq!(complete(json!({"q": "s", "limit": 1})), json!(["json"]));
    assert_eq!(complete(json!({"q": "s", "limit": 0})), json!([]));
    assert_eq!(complete(json!({"q": "_"})), json!(["s_x"]));
    assert_eq!(faults(portal.call(&Actor::anonymous(), "format_autocomplete", json!({}))), json!({"q": ["Missing value"]}));
}
