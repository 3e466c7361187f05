//! E-mails that tell people of their dashboards: who is told, of what, how often.

use action::Settings;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::{
    people_of::{actor, faults, user},
    post_office::{body_of, header_of, post_office},
};

/// Somebody who follows a dataset and wants to be told, and who else changes it.
fn portal(change: impl FnOnce(&mut Settings)) -> TestApp {
    let portal = TestApp::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.activity.email = true;
        settings.mail.mail_from = Some("portal@example.org".to_owned());
        change(settings);
    });
    for name in ["reader", "author", "silent"] {
        user(&portal, name);
    }
    drop(portal.ok("user_patch", json!({"id": "reader", "activity_streams_email_notifications": true})));
    drop(portal.call(&actor(&portal, "author"), "package_create", json!({"name": "roads"})).unwrap());
    for name in ["reader", "silent"] {
        drop(portal.call(&actor(&portal, name), "follow_dataset", json!({"id": "roads"})).unwrap());
    }
    portal
}

fn patch(portal: &TestApp, who: &str, notes: &str) {
    drop(portal.call(&actor(portal, who), "package_patch", json!({"id": "roads", "notes": notes})).unwrap());
}

fn send(portal: &TestApp) {
    assert_eq!(portal.ok("send_email_notifications", json!({})), Value::Null);
}

#[test]
fn who_wants_it_is_told_once() {
    let (server, mails) = post_office();
    let portal = portal(|settings| settings.mail.server = server);
    // That the dataset was made is news too: it was after he came.
    send(&portal);
    drop(mails.recv_timeout(std::time::Duration::from_secs(30)).unwrap());
    send(&portal);
    patch(&portal, "author", "first");
    send(&portal);
    let mail = mails.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    assert!(mail.contains("RCPT TO:<reader@example.com>"), "{mail}");
    assert_eq!(header_of(&mail, "Subject"), "1 new activity from kurak");
    let body = body_of(&mail);
    let site = "http://127.0.0.1:5000";
    for line in [
        &format!("    {site}/dataset/roads"),
        &format!("    GET {site}/api/3/action/dashboard_activity_list"),
        &format!("    POST {site}/api/3/action/user_patch"),
    ] {
        assert!(body.lines().any(|known| known == line), "{line}: {body}");
    }
    // What it says is to be sent does what it says.
    let sent = body.lines().find_map(|line| serde_json::from_str::<Value>(line).ok().filter(Value::is_object)).unwrap();
    drop(portal.call(&actor(&portal, "reader"), "user_patch", sent).unwrap());
    assert_eq!(portal.ok("user_show", json!({"id": "reader"}))["activity_streams_email_notifications"], false);
    drop(portal.ok("user_patch", json!({"id": "reader", "activity_streams_email_notifications": true})));
    for notes in ["second", "third", "fourth"] {
        patch(&portal, "author", notes);
    }
    patch(&portal, "reader", "his own");
    send(&portal);
    send(&portal);
    let mail = mails.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    assert_eq!(header_of(&mail, "Subject"), "3 new activities from kurak");
    patch(&portal, "author", "fifth");
    let reader = actor(&portal, "reader");
    assert_eq!(portal.call(&reader, "dashboard_new_activities_count", json!({})).unwrap(), 6);
    drop(portal.call(&reader, "dashboard_mark_activities_old", json!({})).unwrap());
    send(&portal);
    patch(&portal, "author", "sixth");
    drop(portal.ok("user_patch", json!({"id": "reader", "activity_streams_email_notifications": false})));
    send(&portal);
    assert!(mails.try_recv().is_err(), "who has looked, and who does not want it, is not told");
}

#[test]
fn what_is_private_and_what_is_long_ago_is_not_told() {
    let (server, mails) = post_office();
    let portal = portal(|settings| {
        settings.mail.server = server;
        settings.activity.email_since = 1;
    });
    patch(&portal, "author", "first");
    send(&portal);
    assert!(mails.try_recv().is_err(), "older than ckan.email_notifications_since");
    let portal = portal.restart_with(|settings| settings.activity.email_since = 3_600_000_000);
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "author", "capacity": "editor"}]})));
    drop(portal.ok("package_patch", json!({"id": "roads", "owner_org": "org1", "private": true})));
    send(&portal);
    patch(&portal, "author", "hidden");
    send(&portal);
    let told = mails.try_recv().map(|mail| header_of(&mail, "Subject"));
    assert!(told.is_err(), "nobody is told of what he may not see: {told:?}");
}

#[test]
fn only_sysadmins_send_and_only_where_it_is_switched_on() {
    let on = portal(|settings| settings.mail.server = "127.0.0.1:1".to_owned());
    let denied = on.call(&actor(&on, "author"), "send_email_notifications", json!({})).unwrap_err();
    assert_eq!((denied.kind(), denied.message()), (Kind::Denied, ""));
    patch(&on, "author", "n");
    assert_eq!(on.call(&TestApp::site(), "send_email_notifications", json!({})).unwrap_err().kind(), Kind::Unavailable);
    let (server, mails) = post_office();
    let on = on.restart_with(|settings| settings.mail.server = server);
    send(&on);
    assert!(mails.recv_timeout(std::time::Duration::from_secs(30)).is_ok(), "what failed is told later");
    let off = TestApp::new();
    assert_eq!(
        faults(off.call(&TestApp::site(), "send_email_notifications", json!({}))),
        json!({"message": "ckan.activity_streams_email_notifications is not enabled in config"})
    );
    let denied = off.call(&auth::Actor::anonymous(), "send_email_notifications", json!({})).unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied, "who may not is told so first");
}
