//! Logging in with a browser: the form, the cookie, what it is good for, how it ends; a new password by mail.

use kit::{Response, TestServer};
use serde_json::json;

use crate::post_office::{body_of, header_of, post_office};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A portal with Anna, whose password is "correct horse".
fn portal() -> TestServer {
    let server = TestServer::new();
    let anna = json!({"name": "anna", "email": "Anna@example.org", "password": "correct horse"});
    drop(server.portal.ok("user_create", anna));
    server
}

/// The cookie of a name that an answer sets: `name=value`.
fn cookie(answer: &Response, name: &str) -> Option<String> {
    let set = answer.headers.iter().filter(|(header, _)| header == "set-cookie").map(|(_, value)| value.as_str());
    let mut pairs = set.filter_map(|value| value.split(';').next());
    pairs.find(|pair| pair.starts_with(&format!("{name}=")) && !pair.ends_with('=')).map(str::to_owned)
}

/// What the page says that its forms repeat.
fn csrf(page: &str) -> String {
    let value = page.split("<meta name=\"_csrf_token\" content=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

/// Sends the form as a browser does that has just read it.
fn log_in(server: &TestServer, query: &str, login: &str, password: &str) -> Response {
    let page = server.get("/user/login");
    let (cookie, token) = (cookie(&page, "ckan_form").unwrap(), csrf(&page.text()));
    let login = login.replace('@', "%40");
    let body = format!("login={login}&password={password}&_csrf_token={token}");
    server.send("POST", &format!("/user/login{query}"), &[FORM, ("cookie", &cookie)], body.as_bytes())
}

/// The cookie of a session that was just begun.
fn session(server: &TestServer) -> String {
    cookie(&log_in(server, "", "anna", "correct+horse"), "ckan").unwrap()
}

fn who(server: &TestServer, cookie: &str) -> String {
    let shown = server.send("GET", "/api/3/action/user_show", &[("cookie", cookie)], b"");
    shown.json()["result"]["name"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_cookie_is_the_user_until_he_leaves() {
    let server = portal();
    for (login, password) in [("anna", "wrong"), ("anna", ""), ("nobody", "correct+horse"), ("", "")] {
        let refused = log_in(&server, "", login, password);
        assert_eq!((refused.status, cookie(&refused, "ckan")), (200, None), "{login} {password}");
        assert!(refused.text().contains("role=\"alert\""), "{}", refused.text());
    }
    let begun = log_in(&server, "", "anna@EXAMPLE.org", "correct+horse");
    assert_eq!((begun.status, begun.header("location")), (302, "/user/me"));
    let set = begun.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("ckan=")).unwrap().1.clone();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    assert!(!set.contains("Secure") && !set.contains("Max-Age"), "{set}");
    let held = cookie(&begun, "ckan").unwrap();
    let shown = server.send("GET", "/api/3/action/user_show", &[("cookie", &held)], b"");
    assert_eq!((shown.json()["result"]["name"].as_str(), shown.header("cache-control")), (Some("anna"), "private, no-store"));
    let me = server.send("GET", "/user/me", &[("cookie", &held)], b"");
    assert!(me.status == 200 && me.text().contains("<strong>anna</strong>"), "{}", me.text());
    let scripted = server.send("GET", "/api/3/action/user_show?callback=f", &[("cookie", &held)], b"");
    assert!(!scripted.text().contains("anna"), "JSONP is for nobody: {}", scripted.text());
    let gone = server.send("GET", "/user/_logout", &[("cookie", &held)], b"");
    assert_eq!((gone.status, gone.header("location")), (302, "/user/logged_out_redirect"));
    assert_eq!(who(&server, &held), "");
    assert_eq!(server.send("GET", "/user/me", &[("cookie", &held)], b"").header("location"), "/user/login");
}

#[test]
fn writes_by_cookie_repeat_what_only_the_pages_know() {
    let server = portal();
    let held = session(&server);
    let token = csrf(&server.send("GET", "/user/me", &[("cookie", &held)], b"").text());
    let json = ("content-type", "application/json");
    let send = |headers: &[(&str, &str)], body: &str| {
        server.send(
            "POST",
            "/api/3/action/organization_create",
            &[&[("cookie", held.as_str())], headers].concat(),
            body.as_bytes(),
        )
    };
    for (number, headers) in
        [vec![json], vec![json, ("x-csrftoken", "wrong")], vec![json, ("x-csrftoken", "")]].iter().enumerate()
    {
        let refused = send(headers, &format!(r#"{{"name": "no-{number}"}}"#));
        assert_eq!((refused.status, refused.header("content-type")), (400, "text/html; charset=utf-8"), "{headers:?}");
    }
    assert_eq!(send(&[json, ("x-csrftoken", &token)], r#"{"name": "by-header"}"#).status, 200);
    let by_field = send(&[FORM], &format!("name=by-field&_csrf_token={token}"));
    assert_eq!(by_field.status, 200, "{}", by_field.text());
    assert!(!by_field.text().contains(&token));
    // A token needs none, whatever cookie comes along; a cookie that is worth nothing makes nobody.
    let own = server.portal.ok("api_token_create", json!({"user": "anna", "name": "t"}))["token"].as_str().unwrap().to_owned();
    assert_eq!(send(&[json, ("authorization", &own)], r#"{"name": "by-token"}"#).status, 200);
    let stale = server.send("POST", "/api/3/action/package_list", &[json, ("cookie", "ckan=stale")], b"{}");
    assert_eq!(stale.status, 200);
}

#[test]
fn a_form_that_no_page_of_ours_was_is_refused() {
    let server = portal();
    let body = b"login=anna&password=correct+horse";
    assert_eq!(server.send("POST", "/user/login", &[FORM], body).status, 400);
    let page = server.get("/user/login");
    let (first, token) = (cookie(&page, "ckan_form").unwrap(), csrf(&page.text()));
    let with_token = format!("login=anna&password=correct+horse&_csrf_token={token}");
    assert_eq!(server.send("POST", "/user/login", &[FORM, ("cookie", "ckan_form=other")], with_token.as_bytes()).status, 400);
    assert_eq!(server.send("POST", "/user/login", &[FORM, ("cookie", &first)], with_token.as_bytes()).status, 302);
}

#[test]
fn cookies_of_a_portal_with_https_stay_there() {
    let server = TestServer::with(|settings| settings.site_url = "https://data.gov.kg".to_owned());
    drop(server.portal.ok("user_create", json!({"name": "anna", "email": "a@example.org", "password": "correct horse"})));
    let page = server.get("/user/login");
    let (form, token) = (cookie(&page, "ckan_form").unwrap(), csrf(&page.text()));
    let body = format!("login=anna&password=correct+horse&remember=60000000&_csrf_token={token}");
    let begun = server.send("POST", "/user/login", &[FORM, ("cookie", &form)], body.as_bytes());
    let set: Vec<&str> = [&page, &begun]
        .iter()
        .flat_map(|answer| answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()))
        .collect();
    assert!(set.len() == 3 && set.iter().all(|cookie| cookie.contains("Secure")), "{set:?}");
    // CKAN's form says milliseconds.
    assert!(set.iter().any(|cookie| cookie.starts_with("ckan=") && cookie.contains("Max-Age=60000")), "{set:?}");
}

#[test]
fn nobody_is_sent_to_another_site() {
    let server = portal();
    for (query, target) in [
        ("?next=%2Fdataset%2Fx%3Fa%3D1", "/dataset/x?a=1"),
        ("?came_from=%2F%D0%B6", "/%D0%B6"),
        ("?next=http%3A%2F%2F127.0.0.1%3A5000%2Fdataset", "/dataset"),
        ("?next=https%3A%2F%2Fevil.example%2F", "/user/me"),
        ("?next=%2F%2Fevil.example", "/user/me"),
        ("?next=%2F%5Cevil.example", "/user/me"),
        ("?next=http%3A%2F%2F127.0.0.1%3A5000.evil.example%2F", "/user/me"),
        ("?next=javascript%3Aalert(1)", "/user/me"),
        ("?next=%2Fa%0D%0Aset-cookie%3A%20x%3Dy", "/user/me"),
    ] {
        assert_eq!(log_in(&server, query, "anna", "correct+horse").header("location"), target, "{query}");
    }
}

#[test]
fn the_pages_speak_three_languages_and_load_nothing() {
    let server = portal();
    for (path, language, word) in
        [("/ky/user/login", "ky", "Кирүү"), ("/ru/user/login", "ru", "Войти"), ("/en/user/reset", "en", "Send me a link")]
    {
        let page = server.get(path);
        let text = page.text();
        assert!(
            page.status == 200 && text.contains(&format!("<html lang=\"{language}\">")) && text.contains(word),
            "{path}: {text}"
        );
        assert!(!text.contains("src=") && !text.contains("<script") && !text.contains("<link"), "{text}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(page.header("cache-control"), "private, no-store");
    }
    let asked = server.send("GET", "/user/login", &[("accept-language", "de, ru;q=0.5")], b"");
    assert!(asked.text().contains("<html lang=\"ru\">"));
    for path in ["/user/login", "/user/reset", "/user/_logout"] {
        let options = server.send("OPTIONS", path, &[], b"");
        assert_eq!((options.status, options.header("allow")), (200, "GET, HEAD, POST, OPTIONS"), "{path}");
        assert_eq!(server.send("PUT", path, &[FORM], b"a=b").status, 405, "{path}");
    }
    assert!(server.get("/user/login").text().contains("<label for=\"password\">"));
}

#[test]
fn a_session_is_new_with_each_login_and_takes_no_offered_name() {
    let server = portal();
    let first = session(&server);
    let page = server.get("/user/login");
    let offered = format!("{}; {first}", cookie(&page, "ckan_form").unwrap());
    let body = format!("login=anna&password=correct+horse&_csrf_token={}", csrf(&page.text()));
    let begun = server.send("POST", "/user/login", &[FORM, ("cookie", &offered)], body.as_bytes());
    let second = cookie(&begun, "ckan").unwrap();
    assert_ne!(first, second);
    assert_eq!(who(&server, &second), "anna");
    let made_up = format!("ckan={}", "A".repeat(first.len() - 5));
    let planted = format!("{}; {made_up}", cookie(&page, "ckan_form").unwrap());
    let begun = server.send("POST", "/user/login", &[FORM, ("cookie", &planted)], body.as_bytes());
    assert!(begun.status == 302 && cookie(&begun, "ckan").unwrap() != made_up);
    assert_eq!(who(&server, &made_up), "");
}

#[test]
fn nobody_learns_who_has_an_account() {
    let server = TestServer::with(|settings| settings.auth.public_user_details = false);
    drop(server.portal.ok("user_create", json!({"name": "anna", "email": "anna@example.org", "password": "correct horse"})));
    // What differs in a page is what was typed, and the secret of its forms.
    let shown = |login: &str| {
        let page = log_in(&server, "", login, "wrong");
        let (text, token) = (page.text(), csrf(&page.text()));
        (page.status, text.replace(&token, "").replace(login, ""))
    };
    assert_eq!(shown("anna"), shown("nobody"));
    let asked = |id: &str| {
        let answer = server.get(&format!("/api/3/action/user_show?id={id}"));
        (answer.status, answer.text())
    };
    assert_eq!(asked("anna"), asked("nobody"));
}

#[test]
fn who_fails_too_often_waits() {
    let server = portal();
    for _ in 0..10 {
        assert_eq!(log_in(&server, "", "anna", "wrong").status, 200);
    }
    let refused = log_in(&server, "", "anna", "correct+horse");
    assert_eq!((refused.status, cookie(&refused, "ckan")), (429, None));
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
}

#[test]
fn a_new_password_and_the_end_of_a_user_end_his_sessions() {
    let server = portal();
    let held = session(&server);
    assert_eq!(who(&server, &held), "anna");
    drop(server.portal.ok("user_patch", json!({"id": "anna", "fullname": "Anna"})));
    assert_eq!(who(&server, &held), "anna", "no other change ends it");
    drop(server.portal.ok("user_patch", json!({"id": "anna", "password": "another horse"})));
    assert_eq!(who(&server, &held), "");
    assert_eq!(log_in(&server, "", "anna", "correct+horse").status, 200);
    let held = cookie(&log_in(&server, "", "anna", "another+horse"), "ckan").unwrap();
    assert_eq!(who(&server, &held), "anna");
    drop(server.portal.ok("user_delete", json!({"id": "anna"})));
    assert_eq!(who(&server, &held), "");
    drop(server.portal.ok("user_patch", json!({"id": "anna", "state": "active"})));
    assert_eq!(who(&server, &held), "", "it does not come back with him");
    let server = TestServer::with(|settings| settings.sessions.in_api = false);
    drop(server.portal.ok("user_create", json!({"name": "anna", "email": "a@example.org", "password": "correct horse"})));
    assert_eq!(who(&server, &session(&server)), "", "ckan.auth.enable_cookie_auth_in_api = false");
}

#[test]
fn a_password_is_chosen_by_a_key() {
    let (host, mails) = post_office();
    let server = TestServer::with(|settings| {
        settings.mail.server = host.clone();
        settings.mail.mail_from = Some("portal@example.org".to_owned());
    });
    drop(server.portal.ok("user_create", json!({"name": "anna", "email": "anna@example.org", "password": "correct horse"})));
    let held = session(&server);
    let page = server.get("/user/reset");
    let (form, token) = (cookie(&page, "ckan_form").unwrap(), csrf(&page.text()));
    let ask = |user: &str| {
        let body = format!("user={user}&_csrf_token={token}");
        server.send("POST", "/user/reset", &[FORM, ("cookie", &form)], body.as_bytes())
    };
    let (known, unknown) = (ask("anna%40example.org"), ask("nobody"));
    assert_eq!((known.status, known.text()), (200, unknown.text()), "the answer does not tell who exists");
    let mail = mails.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    assert_eq!(header_of(&mail, "Subject"), "Reset your password - kurak");
    let path = body_of(&mail).split_once("http://127.0.0.1:5000").unwrap().1.split_whitespace().next().unwrap().to_owned();
    assert!(path.starts_with("/user/reset/") && path.contains("?key="), "{path}");
    let shown = server.get(&path);
    assert!(shown.status == 200 && shown.text().contains("name=\"password2\""), "{}", shown.text());
    assert_eq!(server.get(&path.replace("?key=", "?key=0")).status, 403);
    assert_eq!(server.get("/user/reset/nobody?key=1").status, 404);
    let choose = |one: &str, two: &str| {
        let body = format!("password1={one}&password2={two}&_csrf_token={token}");
        server.send("POST", &path, &[FORM, ("cookie", &form)], body.as_bytes())
    };
    for (one, two) in [("short", "short"), ("long+enough", "other+one")] {
        let refused = choose(one, two);
        assert!(refused.status == 200 && refused.text().contains("role=\"alert\""), "{}", refused.text());
    }
    assert_eq!(choose("battery+staple", "battery+staple").header("location"), "/user/login?reset=done");
    assert_eq!(who(&server, &held), "", "whoever was logged in with the old one is not any more");
    assert_eq!(server.get(&path).status, 403, "a key works once");
    assert_eq!(log_in(&server, "", "anna", "battery+staple").status, 302);
}
