//! Query texts and how Lucene's classic parser reads them with AND as the default operator: `+` must, `-` must not, bare
//! optional. `None` is refused. Observed facts of the original, kept as they are, surprises included.

use super::{Place, filter, parse};
use crate::tree::{Bound, Node, Occur, Test};

const VECTORS: &[(&str, Option<&str>)] = &[
    (
        "+capacity:public organization:a OR organization:b +state:(active)",
        Some("+capacity:public organization:a organization:b +state:active"),
    ),
    (
        "+capacity:public organization:(a OR b) +state:(active)",
        Some("+capacity:public +(organization:a organization:b) +state:active"),
    ),
    (
        "+capacity:public (organization:a OR organization:b) +state:(active)",
        Some("+capacity:public +(organization:a organization:b) +state:active"),
    ),
    ("+capacity:public +organization:a +state:(active)", Some("+capacity:public +organization:a +state:active")),
    ("+capacity:public organization:a +state:(active)", Some("+capacity:public +organization:a +state:active")),
    (
        "+capacity:public -organization:a -organization:b +state:(active)",
        Some("+capacity:public -organization:a -organization:b +state:active"),
    ),
    ("+capacity:public NOT organization:a +state:(active)", Some("+capacity:public -organization:a +state:active")),
    ("+capacity:public !organization:a +state:(active)", Some("+capacity:public -organization:a +state:active")),
    ("+capacity:public tags:x tags:y +state:(active)", Some("+capacity:public +tags:x +tags:y +state:active")),
    ("+capacity:public tags:x AND tags:y +state:(active)", Some("+capacity:public +tags:x +tags:y +state:active")),
    (
        "+capacity:public tags:x AND tags:y OR tags:z +state:(active)",
        Some("+capacity:public +tags:x tags:y tags:z +state:active"),
    ),
    (
        "+capacity:public tags:x OR tags:y AND tags:z +state:(active)",
        Some("+capacity:public tags:x +tags:y +tags:z +state:active"),
    ),
    (
        "+capacity:public (tags:x AND tags:y) OR tags:z +state:(active)",
        Some("+capacity:public (+tags:x +tags:y) tags:z +state:active"),
    ),
    (r#"+capacity:public tags:"air quality" +state:(active)"#, Some(r#"+capacity:public +tags:"air quality" +state:active"#)),
    ("+capacity:public tags:air quality +state:(active)", Some("+capacity:public +tags:air +text:quality +state:active")),
    ("+capacity:public tags:(air quality) +state:(active)", Some("+capacity:public +(+tags:air +tags:quality) +state:active")),
    (
        r#"+capacity:public tags:("air quality" "open data") +state:(active)"#,
        Some(r#"+capacity:public +(+tags:"air quality" +tags:"open data") +state:active"#),
    ),
    (
        "+capacity:public res_format:CSV OR res_format:JSON +state:(active)",
        Some("+capacity:public res_format:CSV res_format:JSON +state:active"),
    ),
    (
        "+capacity:public res_format:(CSV OR JSON) +state:(active)",
        Some("+capacity:public +(res_format:CSV res_format:JSON) +state:active"),
    ),
    (
        r#"+capacity:public (res_format:"CSV" OR res_format:"JSON") +state:(active)"#,
        Some("+capacity:public +(res_format:CSV res_format:JSON) +state:active"),
    ),
    (
        "+capacity:public metadata_modified:[2024-01-01T00:00:00Z TO *] +state:(active)",
        Some("+capacity:public +metadata_modified:[2024-01-01T00:00:00Z TO *] +state:active"),
    ),
    (
        "+capacity:public metadata_modified:[2024-01-01T00:00:00.000Z TO NOW] +state:(active)",
        Some("+capacity:public +metadata_modified:[2024-01-01T00:00:00.000Z TO NOW] +state:active"),
    ),
    (
        "+capacity:public metadata_modified:[* TO 2024-01-01T00:00:00Z] +state:(active)",
        Some("+capacity:public +metadata_modified:[* TO 2024-01-01T00:00:00Z] +state:active"),
    ),
    (
        "+capacity:public metadata_modified:{2024-01-01T00:00:00Z TO *} +state:(active)",
        Some("+capacity:public +metadata_modified:{2024-01-01T00:00:00Z TO *} +state:active"),
    ),
    (
        "+capacity:public metadata_modified:[2024-01-01T00:00:00Z TO 2024-02-01T00:00:00Z} +state:(active)",
        Some("+capacity:public +metadata_modified:[2024-01-01T00:00:00Z TO 2024-02-01T00:00:00Z} +state:active"),
    ),
    (
        "+capacity:public metadata_modified:[NOW-7DAYS TO NOW] +state:(active)",
        Some("+capacity:public +metadata_modified:[NOW-7DAYS TO NOW] +state:active"),
    ),
    (
        "+capacity:public metadata_modified:[NOW/DAY-1MONTH TO *] +state:(active)",
        Some("+capacity:public +metadata_modified:[NOW/DAY-1MONTH TO *] +state:active"),
    ),
    (
        "+capacity:public organization:a OR organization:b metadata_modified:[2024-01-01T00:00:00Z TO *] +state:(active)",
        Some("+capacity:public organization:a organization:b +metadata_modified:[2024-01-01T00:00:00Z TO *] +state:active"),
    ),
    ("+capacity:public groups:* +state:(active)", Some("+capacity:public +groups:* +state:active")),
    ("+capacity:public -groups:* +state:(active)", Some("+capacity:public -groups:* +state:active")),
    ("+capacity:public name:foo* +state:(active)", Some("+capacity:public +name:foo* +state:active")),
    ("+capacity:public title:*water* +state:(active)", Some("+capacity:public +title:*water* +state:active")),
    ("+capacity:public title:wat?r +state:(active)", Some("+capacity:public +title:wat?r +state:active")),
    ("+capacity:public title:/wat.r/ +state:(active)", Some("+capacity:public +title:/wat.r/ +state:active")),
    ("+capacity:public title:watr~ +state:(active)", Some("+capacity:public +title:watr~2 +state:active")),
    ("+capacity:public title:watr~1 +state:(active)", Some("+capacity:public +title:watr~1 +state:active")),
    (
        r#"+capacity:public title:"clean water"~5 +state:(active)"#,
        Some(r#"+capacity:public +title:"clean water"~5 +state:active"#),
    ),
    (
        "+capacity:public extras_harvest_source_id:abc +state:(active)",
        Some("+capacity:public +extras_harvest_source_id:abc +state:active"),
    ),
    (
        "+capacity:public harvest_source_id:1f2e-33 +state:(active)",
        Some("+capacity:public +harvest_source_id:1f2e-33 +state:active"),
    ),
    (
        r#"+capacity:public extras_theme:"http\:\/\/x.org\/t" +state:(active)"#,
        Some("+capacity:public +extras_theme:http://x.org/t +state:active"),
    ),
    (
        r#"+capacity:public extras_theme:"http://x.org/t" +state:(active)"#,
        Some("+capacity:public +extras_theme:http://x.org/t +state:active"),
    ),
    (r#"+capacity:public extras_theme:http\://x.org/t +state:(active)"#, None),
    (r#"+capacity:public extras_theme:http:\/\/x.org +state:(active)"#, None),
    ("+capacity:public extras_theme:http://x.org/t +state:(active)", None),
    ("+capacity:public vocab_genre:Jazz +state:(active)", Some("+capacity:public +vocab_genre:Jazz +state:active")),
    ("+capacity:public dataset_type:dataset +state:(active)", Some("+capacity:public +dataset_type:dataset +state:active")),
    (
        "+capacity:public -dataset_type:harvest -dataset_type:showcase +state:(active)",
        Some("+capacity:public -dataset_type:harvest -dataset_type:showcase +state:active"),
    ),
    ("+capacity:public num_resources:[1 TO *] +state:(active)", Some("+capacity:public +num_resources:[1 TO *] +state:active")),
    ("+capacity:public views_total:[10 TO *] +state:(active)", Some("+capacity:public +views_total:[10 TO *] +state:active")),
    ("+capacity:public private:false +state:(active)", Some("+capacity:public +private:false +state:active")),
    (r#"+capacity:public owner_org:"70cd-11" +state:(active)"#, Some("+capacity:public +owner_org:70cd-11 +state:active")),
    ("+capacity:public id:(a OR b OR c) +state:(active)", Some("+capacity:public +(id:a id:b id:c) +state:active")),
    ("+capacity:public name:a OR id:a +state:(active)", Some("+capacity:public name:a id:a +state:active")),
    ("+capacity:public || organization:a +state:(active)", Some("capacity:public organization:a +state:active")),
    ("+capacity:public organization:a && tags:b +state:(active)", Some("+capacity:public +organization:a +tags:b +state:active")),
    (r#"+capacity:public ["a:b", "c:d"] +state:(active)"#, None),
    ("+capacity:public  +state:(active)", Some("+capacity:public +state:active")),
    ("+capacity:public  +state:(active OR draft)", Some("+capacity:public +(state:active state:draft)")),
    (r#"name:"x" OR id:"x""#, Some("name:x id:x")),
    ("title:flood water", Some("+title:flood +text:water")),
    ("title:flood AND notes:water", Some("+title:flood +notes:water")),
    ("title:flood OR notes:water", Some("title:flood notes:water")),
    ("title:(flood OR water) notes:river", Some("+(title:flood title:water) +notes:river")),
    ("title:flood^2 notes:flood", Some("+(title:flood)^2.0 +notes:flood")),
    ("*:* AND title:x", Some("+*:* +title:x")),
    ("*:* -title:x", Some("+*:* -title:x")),
    ("-title:x", Some("-title:x")),
    ("-(title:x)", Some("-title:x")),
    ("title:x AND -tags:y", Some("+title:x -tags:y")),
    ("title:x AND (-tags:y)", Some("+title:x +(-tags:y)")),
    ("title:x NOT tags:y", Some("+title:x -tags:y")),
    ("tags:a,b", Some("tags:a,b")),
    ("title:C++", Some("title:C++")),
    ("title:AT&T", Some("title:AT&T")),
    ("title:what?", Some("title:what?")),
    ("title:50%", Some("title:50%")),
    ("title:(a", None),
    ("title:[a TO", None),
    (r#"title:"a"#, None),
    ("title:a AND", None),
    ("AND title:a", None),
    ("title:", None),
    ("title::a", None),
    ("title:a:b", None),
    ("http://example.org/data", None),
    ("text:a/b", None),
    ("title:()", None),
    (r#"title:"""#, Some("")),
    ("title:*", Some("title:*")),
    ("*", Some("text:*")),
    ("title:a  OR  title:b", Some("title:a title:b")),
    ("title:a or title:b", Some("+title:a +text:or +title:b")),
    ("title:a and title:b", Some("+title:a +text:and +title:b")),
    ("title:été", Some("title:été")),
    ("title:水 OR title:川", Some("title:水 title:川")),
];

fn print(node: &Node, top: bool) -> String {
    match node {
        Node::Nothing => String::new(),
        Node::All => "*:*".to_owned(),
        Node::Boost(inner, factor) => format!("({})^{factor:?}", print(inner, true)),
        Node::Leaf(field, test) => format!("{}:{}", field.as_deref().unwrap_or("text"), print_test(test)),
        Node::Group(clauses) => {
            let sign = |occur: &Occur| match occur {
                Occur::Must => "+",
                Occur::Should => "",
                Occur::MustNot => "-",
            };
            let all: Vec<String> = clauses.iter().map(|(occur, node)| format!("{}{}", sign(occur), print(node, false))).collect();
            if top { all.join(" ") } else { format!("({})", all.join(" ")) }
        }
    }
}

fn print_test(test: &Test) -> String {
    match test {
        Test::Word(word) => word.clone(),
        Test::Phrase(text, 0) if !text.contains(' ') => text.clone(),
        Test::Phrase(text, 0) => format!("\"{text}\""),
        Test::Phrase(text, slop) => format!("\"{text}\"~{slop}"),
        Test::Wild(pattern) => pattern.clone(),
        Test::Regex(pattern) => format!("/{pattern}/"),
        Test::Fuzzy(word, edits) => format!("{word}~{edits}"),
        Test::Exists => "*".to_owned(),
        Test::Range { low, high } => {
            let (open, from) = match low {
                Bound::Open => ('[', "*"),
                Bound::Included(text) => ('[', text.as_str()),
                Bound::Excluded(text) => ('{', text.as_str()),
            };
            let (to, close) = match high {
                Bound::Open => ("*", if open == '{' { '}' } else { ']' }),
                Bound::Included(text) => (text.as_str(), ']'),
                Bound::Excluded(text) => (text.as_str(), '}'),
            };
            format!("{open}{from} TO {to}{close}")
        }
    }
}

#[test]
fn texts_are_read_as_lucene_reads_them() {
    assert_eq!(VECTORS.len(), 95);
    for (text, expected) in VECTORS {
        let read = parse(text, Place::Query).ok().map(|node| print(&node, true));
        assert_eq!(read.as_deref(), *expected, "{text}");
    }
}

#[test]
fn operators_at_the_ends_of_a_filter_are_forgiven() {
    for text in ["title:a AND", "OR title:a", "AND title:a OR"] {
        assert_eq!(parse(text, Place::Filter).map(|node| print(&node, true)).unwrap(), "title:a", "{text}");
    }
    assert_eq!(parse("  ", Place::Filter).unwrap(), Node::All);
}

#[test]
fn a_filter_that_mixes_operators_means_what_it_says() {
    for (text, meant) in [
        ("tags:x AND tags:y OR tags:z", "+((+tags:x +tags:y) tags:z)"),
        ("tags:x OR tags:y AND tags:z", "+(tags:x (+tags:y +tags:z))"),
        (
            "+capacity:public tags:x OR tags:y AND tags:z +state:(active)",
            "+capacity:public +(tags:x (+tags:y +tags:z)) +state:active",
        ),
        ("tags:x OR NOT tags:y AND tags:z", "+(tags:x (-tags:y +tags:z))"),
        ("tags:x AND tags:y OR -tags:z", "+((+tags:x +tags:y) (-tags:z +*:*))"),
        ("id:a (tags:x AND tags:y OR tags:z)", "+id:a +(+((+tags:x +tags:y) tags:z))"),
        // Without a mixture as before.
        ("tags:x OR tags:y id:a", "+(tags:x tags:y) +id:a"),
        ("tags:x AND tags:y -id:a", "+tags:x +tags:y -id:a"),
    ] {
        assert_eq!(filter(text).map(|node| print(&node, true)).unwrap(), meant, "{text}");
    }
    // In `q` it is Lucene's way.
    assert_eq!(
        parse("tags:x OR tags:y AND tags:z", Place::Query).map(|node| print(&node, true)).unwrap(),
        "tags:x +tags:y +tags:z"
    );
}

#[test]
fn filters_may_be_longer_than_questions() {
    let ids = |count: usize| format!("id:({})", vec!["0a1b2c3d-0000-4000-8000-000000000000"; count].join(" OR "));
    assert!(filter(&ids(1_000)).is_ok() && parse(&ids(1_000), Place::Query).is_err());
    assert!(filter(&ids(1_100)).is_err() && filter(&"x".repeat(70_000)).is_err());
}

#[test]
fn what_could_harm_is_refused_with_a_clean_error() {
    let nested = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    let deep = format!("{}a{}", "(".repeat(2_000), ")".repeat(2_000));
    let many = "a OR ".repeat(600) + "a";
    let nots = "NOT ".repeat(1_000) + "a";
    for text in
        [nested, deep, many, nots, "{!lucene}a".to_owned(), "a {!x}".to_owned(), "_query_:\"x\"".to_owned(), "x".repeat(9_000)]
    {
        assert_eq!(parse(&text, Place::Query).unwrap_err().kind(), base::Kind::Search);
    }
    let ok = format!("{}a{}", "(".repeat(30), ")".repeat(30));
    assert!(parse(&ok, Place::Query).is_ok());
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in r#"[ab:()\[\]{}"~^*?/\\+\-! ANDORTO0-9.ө]{0,80}"#) {
        let _ = parse(&text, Place::Query);
        let _ = parse(&text, Place::Filter);
    }

    #[test]
    fn no_unicode_panics(text in ".{0,60}") {
        let _ = parse(&text, Place::Query);
    }
}
