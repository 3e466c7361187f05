//! Requests as real clients send them, and what becomes of them.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data; boundary=\"xYz\"";

fn post(content_type: &str, body: &str) -> Result<Value, Refused> {
    let form = if content_type.starts_with("multipart") { Some(in_parts(content_type, &[body.as_bytes()])?) } else { None };
    let sent = Sent { method: &Method::POST, content_type, query: "", body: body.as_bytes(), form, reads: true };
    parameters(&sent).map(Value::Object)
}

/// The texts of a form whose body comes in these pieces; a file is `name of the file: content`.
fn in_parts(content_type: &str, pieces: &[&[u8]]) -> Result<Input, Refused> {
    let mut scanner = multipart::Scanner::new(content_type)?;
    let (mut fields, mut head, mut content) = (Vec::new(), multipart::Head::default(), Vec::new());
    for piece in pieces {
        scanner.push(piece);
        while let Some(event) = scanner.next()? {
            match event {
                multipart::Event::Part(next) => (head, content) = (next, Vec::new()),
                multipart::Event::Content(bytes) => content.extend(bytes),
                multipart::Event::PartEnd => {
                    let text = String::from_utf8_lossy(&content).into_owned();
                    let text = head.filename.as_ref().map_or_else(|| text.clone(), |name| format!("{name}: {text}"));
                    fields.push((std::borrow::Cow::Owned(head.name.clone()), std::borrow::Cow::Owned(text)));
                }
            }
        }
    }
    scanner.end()?;
    form::single(form::pairs(fields.into_iter())?)
}

fn parts(body: &[&str]) -> Result<Value, Refused> {
    post(PARTS, &body.join("\r\n"))
}

fn is_bad(outcome: &Result<Value, Refused>, words: &str) -> bool {
    matches!(outcome, Err(Refused::Bad(text)) if text.contains(words))
}

#[test]
fn forms_are_texts_and_repeated_fields_lists() {
    assert_eq!(post(FORM, "id=x&fq=a&fq=b"), Ok(json!({"id": "x", "fq": ["a", "b"]})));
    assert_eq!(post("application/x-www-form-urlencoded; charset=utf-8", "a=1&b=2"), Ok(json!({"a": "1", "b": "2"})));
    assert_eq!(post(FORM, ""), Ok(json!({})));
}

#[test]
fn json_that_curl_calls_a_form_is_json() {
    for body in [
        r#"{"id":"a=b&c"}"#,
        "%7B%22id%22%3A%22a%3Db%26c%22%7D",
        r#"{"id":"a=b&c"}=1"#,
        r#"{"id":"a=b&c"}="#,
        " {\"id\": \"a=b&c\"}\n",
        "%7B%22id%22%3A%22a%3Db%26c%22%7D=1",
    ] {
        assert_eq!(post(FORM, body), Ok(json!({"id": "a=b&c"})), "{body}");
    }
    assert_eq!(post(FORM, r#"{"q":"a+b %20"}"#), Ok(json!({"q": "a+b %20"})));
    for body in ["limit=1", "{bad", "%7Bbad", r#"{"a":"\u0000&b=1"}"#] {
        assert!(is_bad(&post(FORM, body), "JSON Error: "), "{body}");
    }
}

#[test]
fn bodies_of_other_kinds_are_refused() {
    assert_eq!(post("text/plain", "{}"), Err(Refused::MediaType));
    assert_eq!(post("text/json", "{}"), Err(Refused::MediaType));
    assert_eq!(post("", "{}"), Err(Refused::MediaType));
    assert_eq!(post("application/vnd.api+json", r#"{"a":1}"#), Ok(json!({"a": 1})));
    assert_eq!(post("Application/JSON; charset=utf-8", r#"{"a":1}"#), Ok(json!({"a": 1})));
    assert_eq!(post("application/json", "\u{feff}{\"a\":1}"), Ok(json!({"a": 1})));
    assert_eq!(post("application/json", "null"), Ok(json!({})));
    assert_eq!(post("application/json", ""), Ok(json!({})));
    assert_eq!(post("text/plain", ""), Ok(json!({})));
    assert!(is_bad(&post("application/json", "[1]"), "decoded to [1] but"));
    assert!(is_bad(&post("application/json", "{bad"), "Error decoding JSON data."));
    assert!(is_bad(&post("application/json", "1e400"), "Error decoding JSON data."));
}

#[test]
fn the_query_beats_the_body_of_a_read() {
    let sent = Sent {
        method: &Method::POST,
        content_type: "application/json",
        query: "id=q",
        body: b"{\"id\":\"b\"}",
        form: None,
        reads: true,
    };
    assert_eq!(parameters(&sent).map(Value::Object), Ok(json!({"id": "q"})));
    assert_eq!(parameters(&Sent { reads: false, form: None, ..sent }).map(Value::Object), Ok(json!({"id": "b"})));
    let sent = Sent { method: &Method::GET, content_type: "", query: "", body: b"", form: None, reads: false };
    assert!(matches!(parameters(&sent), Err(Refused::Bad(text)) if text.contains("Please use POST")));
}

#[test]
fn a_get_may_have_a_json_body_and_a_callback() {
    let json = "application/json";
    let sent = |query, content_type, body| Sent { method: &Method::GET, content_type, query, body, form: None, reads: true };
    assert_eq!(parameters(&sent("", json, b"{\"rows\": 5}")).map(Value::Object), Ok(json!({"rows": 5})));
    assert_eq!(parameters(&sent("callback=f", json, b"null")).map(Value::Object), Ok(json!({})));
    assert_eq!(parameters(&sent("", "text/plain", b"whatever")).map(Value::Object), Ok(json!({})));
    assert_eq!(callback(&Method::GET, "a=1&callback=f.g"), Some("f.g".to_owned()));
    assert_eq!(callback(&Method::POST, "callback=f"), None);
    assert_eq!(callback(&Method::GET, "callback="), None);
    let longest = "a".repeat(64);
    for (name, is_one) in [
        ("$.fn_1", true),
        ("_", true),
        (longest.as_str(), true),
        (&format!("{longest}a"), false),
        ("1a", false),
        (".a", false),
        ("a-b", false),
        ("f%3Cb%3E", false),
        ("alert(1)", false),
        ("%D1%84", false),
    ] {
        assert_eq!(callback(&Method::GET, &format!("callback={name}")).is_some(), is_one, "{name}");
    }
}

#[test]
fn parts_are_fields() {
    let two = parts(&[
        "--xYz",
        "Content-Disposition: form-data; name=\"id\"",
        "",
        "a",
        "--xYz",
        "content-disposition: form-data; name=fq",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "б\r\n--xY",
        "--xYz",
        "Content-Disposition: form-data; name=\"fq\"",
        "",
        "",
        "--xYz",
        "Content-Disposition: form-data; name=\"upload\"; filename=\"\"",
        "",
        "",
        "--xYz--",
        "",
    ]);
    assert_eq!(two, Ok(json!({"id": "a", "fq": ["б\r\n--xY", ""], "upload": ": "})));
    let curl = parts(&["--xYz", "Content-Disposition: form-data; name=\"{\\\"a\\\": 1}\"", "", "1", "--xYz--"]);
    assert_eq!(curl, Ok(json!({"a": 1})));
}

#[test]
fn files_and_broken_parts_are_told() {
    let file = parts(&["--xYz", "Content-Disposition: form-data; name=\"upload\"; filename=\"a.csv\"", "", "1,2", "--xYz--"]);
    assert_eq!(file, Ok(json!({"upload": "a.csv: 1,2"})));
    let named =
        parts(&["--xYz", "Content-Disposition: form-data; name=upload; filename*=UTF-8''%d0%ba+%26.csv", "", "", "--xYz--"]);
    assert_eq!(named, Ok(json!({"upload": "к+&.csv: "})));
    assert!(is_bad(&parts(&["--xYz", "Content-Disposition: form-data; name=\"a\"", "", "1"]), "no end"));
    assert!(is_bad(&parts(&["--xYz", "Content-Disposition: form-data", "", "1", "--xYz--"]), "no name"));
    assert!(is_bad(&parts(&["nothing"]), "no part"));
    assert!(is_bad(&post("multipart/form-data", "x"), "no boundary"));
}

#[test]
fn forms_are_bounded_as_json_is() {
    assert!(is_bad(&post(FORM, "id=a%00b&x=y"), "NUL"));
    assert!(is_bad(&post(FORM, &"a=1&".repeat(10_001)), "fields"));
    assert!(is_bad(&post(FORM, &format!("b=2&a={}", "x".repeat(1024 * 1024 + 1))), "longer"));
    let sent = Sent { method: &Method::GET, content_type: "", query: "id=%00", body: b"", form: None, reads: true };
    assert!(parameters(&sent).is_err());
}

proptest! {
    #[test]
    fn no_request_panics(
        kind in prop_oneof![Just(FORM), Just(PARTS), Just("application/json"), Just("")],
        query in "[ -~]{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
        head in prop_oneof![Just(""), Just("--xYz\r\n"), Just("{"), Just("--xYz\r\nContent-Disposition: form-data; name=\"")],
    ) {
        let body = [head.as_bytes(), &body].concat();
        for method in [Method::GET, Method::POST] {
            let form = if kind == PARTS { in_parts(kind, &[&body]).ok() } else { None };
            let _outcome = parameters(&Sent { method: &method, content_type: kind, query: &query, body: &body, form, reads: true });
        }
    }

    #[test]
    fn a_body_is_the_same_in_any_pieces(content in "[a\r\n-]{0,30}(--xYz)?[-\r\n]{0,4}", size in 1_usize..20) {
        let body = format!("--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{content}\r\n--xYz\r\n\
            Content-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--xYz--\r\n");
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
        prop_assert_eq!(in_parts(PARTS, &pieces), in_parts(PARTS, &[body.as_bytes()]));
    }
}
