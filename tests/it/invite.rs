//! Invitations by e-mail.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::{
    people_of::{actor, faults, user},
    post_office::{body_of, post_office},
};

/// The link in a mail.
fn key_of(told: &str) -> String {
    let text = body_of(told);
    assert!(text.contains("the group Env made you its editor"), "{text}");
    text.split("?key=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

fn portal(server: String) -> TestApp {
    let portal = TestApp::with(|settings| {
        settings.mail.server = server;
        settings.mail.mail_from = Some("portal@example.com".to_owned());
    });
    for name in ["admin", "other"] {
        user(&portal, name);
    }
    drop(portal.ok("group_create", json!({"name": "env", "title": "Env", "users": [{"name": "admin", "capacity": "admin"}]})));
    portal
}

#[test]
fn who_is_invited_chooses_a_password_and_comes_in() {
    let (server, told) = post_office();
    let portal = portal(server);
    let admin = actor(&portal, "admin");
    let sent = json!({"email": "Aida.K+x@example.com", "group_id": "env", "role": "editor"});
    let made = portal.call(&admin, "user_invite", sent).unwrap();
    assert_eq!((&made["state"], made.get("email"), made.as_object().unwrap().len()), (&json!("pending"), None, 14));
    let name = made["name"].as_str().unwrap();
    assert!(name.starts_with("aida-k-x-"), "{name}");
    assert!(actor(&portal, name).is_anonymous(), "pending users cannot act");
    let told = told.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    assert!(told.contains("RCPT TO:<Aida.K+x@example.com>") && told.contains("MAIL FROM:<portal@example.com>"), "{told}");
    let key = key_of(&told);
    let come = |key: &str| {
        let sent = json!({"id": name, "reset_key": key, "email": "aida@example.com", "password": "long enough", "name": "aida"});
        portal.call(&Actor::anonymous(), "user_update", sent)
    };
    assert_eq!(come("00").unwrap_err().message(), "Have to be logged in to edit user");
    let came = come(&key).unwrap();
    assert_eq!((&came["name"], &came["state"], came.get("email")), (&json!("aida"), &json!("active"), None));
    let aida = actor(&portal, "aida");
    assert!(aida.role_in(portal.ok("group_show", json!({"id": "env"}))["id"].as_str().unwrap()).is_some());
    let again = json!({"id": "aida", "reset_key": key, "email": "aida@example.com", "password": "another one"});
    assert_eq!(portal.call(&Actor::anonymous(), "user_update", again).unwrap_err().kind(), Kind::Denied);
}

#[test]
fn without_a_mail_nobody_is_made() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let portal = portal(address.clone());
    let admin = actor(&portal, "admin");
    let before = portal.ok("user_list", json!({"all_fields": false}));
    let fault = faults(portal.call(&admin, "user_invite", json!({"email": "a@b.kg", "group_id": "env", "role": "member"})));
    let begin =
        format!("Error sending the invite email, the user was not created: SMTP server could not be connected to: \"{address}\"");
    assert!(fault["message"].as_str().unwrap().starts_with(&begin), "{fault}");
    assert_eq!(portal.ok("user_list", json!({"all_fields": false})), before);
    assert_eq!(
        faults(portal.call(&admin, "user_invite", json!({}))),
        json!({"email": ["Missing value"], "group_id": ["Missing value"], "role": ["Missing value"]})
    );
    let invite = |caller: &Actor, input: Value| portal.call(caller, "user_invite", input);
    assert_eq!(
        faults(invite(&admin, json!({"email": "other@example.com", "group_id": "env", "role": "x"}))),
        json!({"email": ["The email address 'other@example.com' belongs to a registered user."]})
    );
    assert_eq!(
        faults(invite(&admin, json!({"email": "a@b.kg", "group_id": "env", "role": "x"}))),
        json!({"role": ["role does not exist."]})
    );
    let denied = invite(&actor(&portal, "other"), json!({"group_id": "env"})).unwrap_err();
    assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "User other not authorized to add members"));
    let missing = invite(&TestApp::site(), json!({"email": "a@b.kg", "group_id": "nope", "role": "admin"})).unwrap_err();
    assert_eq!(missing.kind(), Kind::NotFound);
}
