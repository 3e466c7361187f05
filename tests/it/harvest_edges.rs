//! What remotes do that no portal should: refuse everything, list what is deleted, send too much, take names back.

use base::Kind;
use fixture::{Fault, Portal};
use kit::TestApp;
use serde_json::{Value, json};

use crate::{
    harvest::{create, harvest, job, serve, small, source, start, wait},
    program::Site,
};

fn dataset(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "title": name, "organization": {"name": "body"}})
}

#[test]
fn a_portal_that_refuses_everything_is_one_error() {
    for status in [404, 500] {
        let (portal, remote) = (TestApp::new(), small(3));
        let _worker = start(&portal);
        let source = source(&portal, &remote, create());
        for page in 0..20 {
            remote.portal().fail(Fault::Status(status), page, 1_000);
        }
        let id = job(&portal, &source, false);
        let progress = wait(&portal, &id);
        let shown = portal.ok("harvest_job_show", json!({"id": id}));
        assert_eq!((progress.errored, &shown["stats"]["errored"]), (1, &json!(1)), "{shown}");
        let errors = shown["gather_error_summary"].as_array().unwrap();
        assert!(errors.len() == 1 && errors[0]["message"].as_str().unwrap().starts_with(harvest::run::BROKEN), "{shown}");
        assert!(shown["note"].as_str().unwrap().starts_with(harvest::run::BROKEN), "{shown}");
    }
}

#[test]
fn what_is_deleted_or_a_draft_there_is_not_taken() {
    let portal = TestApp::new();
    let ids: [String; 4] = std::array::from_fn(|_| base::id::new());
    let [gone, draft, good, never] = [0, 1, 2, 3].map(|number: usize| dataset(&ids[number], &format!("dataset-{number}")));
    let with = |dataset: &Value, state: &str| {
        let mut dataset = dataset.clone();
        dataset["state"] = json!(state);
        dataset
    };
    let remote = serve(Portal::from_packages(vec![gone.clone(), draft.clone(), good]));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    assert_eq!(harvest(&portal, &source).added, 3);
    for changed in [with(&gone, "deleted"), with(&draft, "draft"), with(&never, "deleted")] {
        remote.portal().replace(changed).unwrap();
    }
    let id = job(&portal, &source, false);
    let progress = wait(&portal, &id);
    let report = portal.ok("harvest_job_report", json!({"id": id})).to_string();
    assert_eq!((progress.deleted, progress.added, progress.updated, progress.unchanged), (1, 0, 0, 1), "{report}");
    for told in ["this dataset is deleted", "this dataset is a draft"] {
        assert!(report.contains(told), "{told} is not in {report}");
    }
    let state = |id: &str| portal.ok("package_show", json!({"id": id}))["state"].clone();
    assert_eq!((state("dataset-0"), state("dataset-1")), (json!("deleted"), json!("active")));
    let missing = portal.call(&TestApp::site(), "package_show", json!({"id": "dataset-3"})).unwrap_err();
    assert_eq!(missing.kind(), Kind::NotFound);
    remote.portal().replace(gone).unwrap();
    assert_eq!(harvest(&portal, &source).updated, 1);
    assert_eq!(state("dataset-0"), "active");
}

#[test]
fn what_is_cut_off_is_told() {
    let portal = TestApp::new();
    let mut large = dataset(&base::id::new(), "large");
    large["tags"] = (0..1_500).map(|number| json!({"name": format!("tag {number}")})).collect();
    large["resources"] = (0..2_100).map(|number| json!({"url": format!("http://example.org/{number}")})).collect();
    large["extras"] = (0..1_200).map(|number| json!({"key": format!("k{number}"), "value": "v"})).collect();
    let remote = serve(Portal::from_packages(vec![large]));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    let id = job(&portal, &source, false);
    let progress = wait(&portal, &id);
    let report = portal.ok("harvest_job_report", json!({"id": id})).to_string();
    assert_eq!((progress.added, progress.errored), (1, 0), "{report}");
    for told in ["500 of 1500 tags", "100 of 2100 resources", "203 of 1203 extras"] {
        assert!(report.contains(told), "{told} is not in {report}");
    }
    let kept = portal.ok("package_show", json!({"id": "large"}));
    assert_eq!((&kept["num_tags"], &kept["num_resources"]), (&json!(1_000), &json!(2_000)));
}

#[test]
fn a_dataset_that_was_made_anew_gets_its_name_in_the_end() {
    let portal = TestApp::new();
    let (first, second) = (base::id::new(), base::id::new());
    let remote = serve(Portal::from_packages(vec![dataset(&first, "mock"), dataset(&base::id::new(), "other")]));
    let _worker = start(&portal);
    let source = source(&portal, &remote, create());
    assert_eq!(harvest(&portal, &source).added, 2);
    remote.portal().remove(&["mock"]);
    remote.portal().replace(dataset(&second, "mock")).unwrap();
    let name = || portal.ok("package_show", json!({"id": second}))["name"].as_str().unwrap().to_owned();
    let progress = harvest(&portal, &source);
    assert_eq!((progress.added, progress.deleted), (1, 1));
    assert!(name().starts_with("mock-"), "who had the name goes only at the end");
    assert_eq!(harvest(&portal, &source).updated, 1);
    assert_eq!(name(), "mock");
    assert_eq!(harvest(&portal, &source).unchanged, 2);
}

#[test]
fn addresses_that_are_never_fetched_make_no_source() {
    let portal = TestApp::with(|settings| settings.fetch_allow.clear());
    for (url, told) in
        [("http://[::1]/", "kurak.fetch.allow"), ("http://u:p@example.org/", "api_key"), ("http://example.org/?x", "?")]
    {
        let input = json!({"name": "one", "url": url, "source_type": "ckan"});
        let error = portal.call(&TestApp::site(), "harvest_source_create", input).unwrap_err();
        assert!(error.dict().fields()["url"][0].as_str().unwrap().contains(told), "{url}: {error:?}");
    }
}

#[test]
fn the_command_line_tells_a_harvest_that_failed() {
    let (site, remote) = (Site::new(), small(3));
    site.option("kurak.fetch.allow", "127.0.0.0/8");
    site.ok("db init");
    let config = r#"config={"remote_orgs":"create"}"#;
    site.ok(&format!("harvester source create remote {} ckan {config}", remote.base_url()));
    assert!(site.ok("harvester run remote").starts_with("Finished: 3 added"));
    remote.portal().fail(Fault::Status(404), 0, 1_000);
    let failed = site.run("harvester run remote");
    let told = String::from_utf8(failed.stdout).unwrap();
    assert!(failed.status.code() == Some(1) && told.contains("1 rejected"), "{told}");
    remote.portal().clear_faults();
    remote.portal().remove_share(100);
    let held = site.run("harvester run remote");
    assert!(held.status.code() == Some(1) && String::from_utf8(held.stderr).unwrap().contains("--force"));
    assert!(site.ok("harvester run remote --force").contains("3 deleted"));
    for line in ["harvester sources --json", "harvester jobs --json"] {
        let listed: Value = serde_json::from_str(&site.ok(line)).unwrap();
        assert!(!listed.as_array().unwrap().is_empty(), "{line}");
    }
}
