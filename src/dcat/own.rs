//! Fields of a site's own, where DCAT looks for what a dataset says: among its extras, under the names that ckanext-dcat's
//! profiles have for both ways of keeping them.

use base::loose;
use model::{Extra, Package};
use serde_json::Value;

/// A repeating field's member → the extra that says the same, where that is not `<field>_<member>`.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("spatial_coverage", "bbox", "spatial_bbox"),
    ("spatial_coverage", "centroid", "spatial_centroid"),
    ("spatial_coverage", "geom", "spatial"),
    ("spatial_coverage", "text", "spatial_text"),
    ("spatial_coverage", "uri", "spatial_uri"),
    ("temporal_coverage", "end", "temporal_end"),
    ("temporal_coverage", "start", "temporal_start"),
];

/// Adds the fields to the extras. Of a repeating field the first item counts: an extra holds one. Texts by language stay
/// where they are.
pub fn spread(package: &mut Package) {
    let mut found: Vec<Extra> = Vec::new();
    for (name, value) in &package.fields {
        match value {
            Value::Null | Value::Object(_) => {}
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (member, value) in items.iter().find_map(Value::as_object).into_iter().flatten() {
                    let known = MEMBERS.iter().find(|(field, known, _)| field == name && known == member);
                    let key = known.map_or_else(|| format!("{name}_{member}"), |(_, _, key)| (*key).to_owned());
                    found.extend((!value.is_null()).then(|| Extra { key, value: loose::text_of(value) }));
                }
            }
            value => found.push(Extra { key: name.clone(), value: loose::text_of(value) }),
        }
    }
    package.extras.extend(found);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_say_what_extras_say() {
        let mut package: Package = serde_json::from_value(json!({
            "frequency": "monthly", "theme": ["http://x.org/a"], "contact": [{"name": "A", "email": null}, {"name": "B"}],
            "temporal_coverage": [{"start": "2020", "end": "2021"}], "summary": {"ky": "x"}, "extras": [{"key": "uri", "value": "u"}],
        }))
        .unwrap();
        spread(&mut package);
        let mut extras: Vec<(&str, &str)> =
            package.extras.iter().map(|extra| (extra.key.as_str(), extra.value.as_str())).collect();
        extras.sort_unstable();
        assert_eq!(
            extras,
            [
                ("contact_name", "A"),
                ("frequency", "monthly"),
                ("temporal_end", "2021"),
                ("temporal_start", "2020"),
                ("theme", "[\"http://x.org/a\"]"),
                ("uri", "u")
            ]
        );
    }
}
