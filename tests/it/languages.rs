//! One text in several languages: stored beside the plain text, which says the same, and answered in the language that is
//! asked for.

use kit::{TestApp, TestServer};
use serde_json::{Value, json};

fn server(locale: &'static str) -> TestServer {
    TestServer::with(move |settings| {
        settings.auth.create_unowned_dataset = true;
        settings.locale_default = locale.to_owned();
    })
}

fn ask(server: &TestServer, path: &str, accepted: &str) -> Value {
    let headers: &[(&str, &str)] = if accepted.is_empty() { &[] } else { &[("accept-language", accepted)] };
    let answer = server.send("GET", path, headers, b"");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("vary").contains("Accept-Language"));
    answer.json()["result"].clone()
}

fn fill(portal: &TestApp) {
    let texts = |ky: &str, ru: &str| json!({"ky": ky, "ru": ru});
    drop(portal.ok(
        "organization_create",
        json!({"name": "org1", "title_translated": texts("Уюм", "Орган"), "description_translated": texts("с", "о")}),
    ));
    drop(portal.ok("group_create", json!({"name": "group1", "title_translated": texts("Топ", "Группа")})));
    drop(portal.ok(
        "package_create",
        json!({"name": "people", "owner_org": "org1", "groups": [{"name": "group1"}], "title_translated": texts("Калк", "Население"),
            "notes_translated": texts("сүрөт", "описание"),
            "resources": [{"url": "http://x.org/a.csv", "name_translated": texts("тизме", "список")}, {"url": "http://x.org/b.csv", "name": "b"}]}),
    ));
    drop(portal.ok("package_create", json!({"name": "plain", "title": "Plain"})));
}

#[test]
fn an_answer_is_in_the_language_that_is_asked_for() {
    let server = server("ky");
    fill(&server.portal);
    for (path, accepted, title) in [
        ("/api/3/action/package_show?id=people", "", "Калк"),
        ("/api/3/action/package_show?id=people&lang=ru", "", "Население"),
        ("/ru/api/3/action/package_show?id=people", "", "Население"),
        ("/api/3/action/package_show?id=people", "ru-RU,ru;q=0.9,en;q=0.8", "Население"),
        ("/ru/api/3/action/package_show?id=people&lang=ky", "ru", "Калк"),
        ("/api/3/action/package_show?id=people&lang=en", "", "Калк"),
        ("/api/3/action/package_show?id=people&lang=nonsense", "", "Калк"),
    ] {
        let shown = ask(&server, path, accepted);
        assert_eq!(shown["title"], title, "{path} {accepted}");
        assert_eq!(shown["title_translated"], json!({"ky": "Калк", "ru": "Население"}));
    }
    let shown = ask(&server, "/ru/api/3/action/package_show?id=people", "");
    assert_eq!(
        (&shown["notes"], &shown["resources"][0]["name"], &shown["resources"][1]["name"]),
        (&json!("описание"), &json!("список"), &json!("b"))
    );
    assert_eq!((&shown["organization"]["title"], &shown["organization"]["description"]), (&json!("Орган"), &json!("о")));
    assert_eq!((&shown["groups"][0]["title"], &shown["groups"][0]["display_name"]), (&json!("Группа"), &json!("Группа")));
    assert_eq!(shown["name"], "people");
    let found = ask(&server, "/api/3/action/package_search?q=people&lang=ru&facet.field=%5B%22organization%22%5D", "");
    assert_eq!(found["results"][0]["title"], "Население");
    assert_eq!(found["search_facets"]["organization"]["items"][0]["display_name"], "Орган");
    let organization = ask(&server, "/api/3/action/organization_show?id=org1&lang=ru", "");
    assert_eq!((&organization["title"], &organization["display_name"]), (&json!("Орган"), &json!("Орган")));
    let resource = format!("/ru/api/3/action/resource_show?id={}", shown["resources"][0]["id"].as_str().unwrap());
    assert_eq!(ask(&server, &resource, "")["name"], "список");
    assert_eq!(ask(&server, "/api/3/action/package_show?id=plain&lang=ru", "")["title"], "Plain");
    assert_eq!(ask(&server, "/api/3/action/package_search?q=res_name:%D1%81%D0%BF%D0%B8%D1%81%D0%BE%D0%BA", "")["count"], 1);
}

#[test]
fn feeds_exports_and_activities_are_in_the_language_that_is_asked_for() {
    let server = server("ky");
    fill(&server.portal);
    let text = |path: &str, accepted: &str| {
        let answer = server.send("GET", path, &[("accept-language", accepted)], b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(answer.header("vary").contains("Accept-Language"), "{path}");
        answer.text()
    };
    let plain = text("/feeds/organization/org1.atom", "");
    assert!(plain.contains("xml:lang=\"ky\"") && plain.contains("<title>Калк</title>") && plain.contains("Уюм"), "{plain}");
    assert!(plain.contains("<content>сүрөт</content>") && !plain.contains("?lang="), "{plain}");
    for (path, accepted) in [
        ("/feeds/organization/org1.atom?lang=ru", ""),
        ("/ru/feeds/organization/org1.atom", "ky"),
        ("/feeds/organization/org1.atom", "ru-RU"),
    ] {
        let russian = text(path, accepted);
        assert!(russian.contains("xml:lang=\"ru\"") && russian.contains("<title>Население</title>"), "{path}: {russian}");
        assert!(russian.contains("<content>описание</content>") && russian.contains("Орган"), "{path}: {russian}");
        // Its pages are in it, too; what it is called stays.
        assert!(russian.contains("org1.atom?lang=ru\" rel=\"self\""), "{path}: {russian}");
        assert!(russian.contains("/feeds/organization/org1.atom</id>"), "{path}: {russian}");
    }
    let custom = text("/feeds/custom.atom?q=people&lang=ru", "");
    assert!(custom.contains("<title>Население</title>") && custom.contains("?q=people&amp;lang=ru\" rel=\"self\""), "{custom}");

    let lines = |path: &str, accepted: &str| -> Vec<Value> {
        text(path, accepted).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    for (path, accepted) in [
        ("/api/3/search/export?q=people&lang=ru", ""),
        ("/ru/api/3/search/export?q=people", ""),
        ("/api/3/search/export?q=people", "ru"),
    ] {
        let found = lines(path, accepted);
        assert_eq!((found.len(), &found[0]["title"]), (1, &json!("Население")), "{path}");
        assert_eq!(found[0]["organization"]["title"], "Орган");
    }
    assert_eq!(lines("/api/3/search/export?q=people", "ky")[0]["title"], "Калк");

    let token = server.token("boss", true);
    let told = |action: &str, input: &Value, lang: &str| {
        let path = format!("/api/3/action/{action}?lang={lang}");
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        let answer = server.send("POST", &path, &headers, input.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["result"].clone()
    };
    drop(told("package_patch", &json!({"id": "people", "version": "2"}), "ky"));
    drop(told("organization_patch", &json!({"id": "org1", "image_url": "http://x.org/i.png"}), "ky"));
    for (lang, title, owner) in [("ky", "Калк", "Уюм"), ("ru", "Население", "Орган")] {
        let list = told("package_activity_list", &json!({"id": "people"}), lang);
        assert_eq!(list[0]["data"]["package"]["title"], title);
        let shown = told("activity_show", &json!({"id": list[0]["id"], "include_data": true}), lang);
        assert_eq!(shown["data"]["package"]["title"], title);
        assert_eq!(told("activity_data_show", &json!({"id": list[0]["id"], "object_type": "package"}), lang)["title"], title);
        let list = told("organization_activity_list", &json!({"id": "org1"}), lang);
        let group = list.as_array().unwrap().iter().find(|one| one["activity_type"] == "changed organization").unwrap();
        assert_eq!(group["data"]["group"]["title"], owner);
    }
}

#[test]
fn a_site_need_not_heed_what_clients_accept() {
    let server = TestServer::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.locale_default = "ky".to_owned();
        settings.accept_language = false;
    });
    fill(&server.portal);
    assert_eq!(ask(&server, "/api/3/action/package_show?id=people", "ru")["title"], "Калк");
    assert_eq!(ask(&server, "/api/3/action/package_show?id=people&lang=ru", "")["title"], "Население");
}

#[test]
fn what_was_read_in_a_language_may_be_sent_back() {
    let server = server("ky");
    fill(&server.portal);
    let before = server.portal.ok("package_show", json!({"id": "people"}));
    let read = ask(&server, "/ru/api/3/action/package_show?id=people", "");
    assert_eq!(server.portal.ok("package_update", read.clone()), before);
    let mut changed = read;
    changed["title_translated"]["ru"] = json!("Люди");
    let updated = server.portal.ok("package_update", changed);
    assert_eq!((&updated["title"], &updated["title_translated"]), (&json!("Калк"), &json!({"ky": "Калк", "ru": "Люди"})));
    // Who knows nothing of translations changes the text of the portal's language.
    let patched = server.portal.ok("package_patch", json!({"id": "people", "title": "Эл"}));
    assert_eq!(patched["title_translated"], json!({"ky": "Эл", "ru": "Люди"}));
    let organization = ask(&server, "/api/3/action/organization_show?id=org1&lang=ru", "");
    let kept = server.portal.ok("organization_update", organization);
    assert_eq!((&kept["title"], &kept["title_translated"]), (&json!("Уюм"), &json!({"ky": "Уюм", "ru": "Орган"})));
    let resource = &patched["resources"][0];
    let named = server.portal.ok("resource_patch", json!({"id": resource["id"], "name": "ат"}));
    assert_eq!((&named["name"], &named["name_translated"]), (&json!("ат"), &json!({"ky": "ат", "ru": "список"})));
}

#[test]
fn failures_are_told_in_the_language_that_is_asked_for() {
    let server = server("en");
    fill(&server.portal);
    let token = server.token("root", true);
    let sent = json!({"name": "a", "id": "people", "version": "x".repeat(101)}).to_string();
    let told = |path: &str, accepted: &str| {
        let headers = [("authorization", token.as_str()), ("content-type", "application/json"), ("accept-language", accepted)];
        server.send("POST", path, &headers, sent.as_bytes()).json()["error"].clone()
    };
    let english = told("/api/3/action/package_create", "");
    assert_eq!(english["version"], json!(["Version must be a maximum of 100 characters long"]));
    for (path, accepted) in [
        ("/ru/api/3/action/package_create", ""),
        ("/api/3/action/package_create?lang=ru", "ky"),
        ("/api/3/action/package_create", "ru"),
    ] {
        let russian = told(path, accepted);
        assert_eq!(russian["version"], json!(["Версия должна быть не длиннее 100 символов"]), "{path} {accepted}");
        // What clients look for stays.
        assert_eq!((&russian["id"], &russian["__type"]), (&json!(["Invalid id provided"]), &json!("Validation Error")));
        assert_eq!(russian["name"], json!(["Must be at least 2 characters long", "Имя «a» слишком короткое, минимум 2"]));
    }
    assert_eq!(told("/ky/api/3/action/package_create", "")["version"], json!(["Версия 100 белгиден узун болбошу керек"]));
    let missing = server.get("/ru/api/3/action/package_show?id=nope").json();
    assert_eq!(missing["error"]["message"], "Not found");
}

#[test]
fn the_first_page_speaks_the_language_of_its_address() {
    let server = server("en");
    for (path, accepted, language, word) in [
        ("/", "", "en", "Datasets"),
        ("/ru/", "", "ru", "Наборы данных"),
        ("/ru", "ky", "ru", "Наборы данных"),
        ("/", "ky", "ky", "Маалымат топтомдору"),
    ] {
        let page = server.send("GET", path, &[("accept-language", accepted)], b"");
        assert!(page.text().contains(&format!("<html lang=\"{language}\">")) && page.text().contains(word), "{}", page.text());
        assert_eq!(page.header("content-language"), language);
    }
    let page = server.get("/ru/").text();
    let link = page.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!((link, server.get(link).status), ("/ru/api/3/action/package_search", 200));
}
