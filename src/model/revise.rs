//! How `package_revise` finds its way in a dataset: keys joined by `__`, places and beginnings of ids in lists, patterns
//! with `*` and `+`. Pure; the rules and the words are CKAN's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Shortest beginning of an id that chooses an item of a list.
const ID_BEGINNING: usize = 5;

/// Why a value could not be found or merged.
pub type Fault = String;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Place(usize),
}

fn joined(steps: &[Step]) -> String {
    let texts: Vec<String> = steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Place(place) => place.to_string(),
        })
        .collect();
    texts.join("__")
}

fn below(path: &[Step], step: Step) -> Vec<Step> {
    let mut steps = path.to_vec();
    steps.push(step);
    steps
}

fn unmatched(path: &[Step], key: &str) -> Fault {
    format!("Unmatched key {}", joined(&below(path, Step::Key(key.to_owned()))))
}

/// The steps that a key takes in a value.
fn resolve(data: &Value, key: &str) -> Result<Vec<Step>, Fault> {
    let mut path: Vec<Step> = Vec::new();
    let mut current = data;
    for part in key.split("__") {
        let (step, next) = match current {
            Value::Object(map) => (Step::Key(part.to_owned()), map.get(part)),
            Value::Array(items) => {
                let place = place_of(items, part).ok_or_else(|| unmatched(&path, part))?;
                (Step::Place(place), items.get(place))
            }
            _ => return Err(unmatched(&path, part)),
        };
        current = next.ok_or_else(|| unmatched(&path, part))?;
        path.push(step);
    }
    Ok(path)
}

/// The place that a part of a key means in a list: a beginning of an id, or a number, from the end when it is negative.
fn place_of(items: &[Value], part: &str) -> Option<usize> {
    if part.chars().count() >= ID_BEGINNING {
        return items.iter().position(|item| item.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with(part)));
    }
    let number: i64 = part.trim().parse().ok()?;
    let place = if number < 0 {
        items.len().checked_sub(usize::try_from(number.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(number).ok()?
    };
    (place < items.len()).then_some(place)
}

fn at<'a>(data: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(data, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Place(place) => value.get(place),
    })
}

fn at_mut<'a>(data: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(data, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Place(place) => value.get_mut(place),
    })
}

/// As Python compares: `1`, `1.0` and `true` are equal.
fn is_same(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    one == other || number(one).zip(number(other)).is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
}

/// What of `wanted` (an object) is not so in `data`, as keys joined by `__`.
#[must_use]
pub fn mismatches(data: &Value, wanted: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(data, wanted, &[], &mut found);
    found
}

/// As [`mismatches`], for the value under a key.
///
/// # Errors
/// When there is nothing under the key.
pub fn mismatches_at(data: &Value, key: &str, wanted: &Value) -> Result<Vec<String>, Fault> {
    let path = resolve(data, key)?;
    let mut found = Vec::new();
    if let Some(value) = at(data, &path) {
        compare(value, wanted, &path, &mut found);
    }
    Ok(found)
}

fn compare(data: &Value, wanted: &Value, path: &[Step], found: &mut Vec<String>) {
    match (wanted, data) {
        (Value::Object(wanted), Value::Object(data)) => {
            let sorted: BTreeMap<&String, &Value> = wanted.iter().collect();
            for (key, wanted) in sorted {
                let path = below(path, Step::Key(key.clone()));
                match data.get(key) {
                    Some(value) => compare(value, wanted, &path, found),
                    None => found.push(joined(&path)),
                }
            }
        }
        (Value::Array(wanted), Value::Array(data)) => {
            for (place, wanted) in wanted.iter().enumerate() {
                let path = below(path, Step::Place(place));
                match data.get(place) {
                    Some(value) => compare(value, wanted, &path, found),
                    None => found.push(joined(&path)),
                }
            }
        }
        (wanted, data) if is_same(data, wanted) => {}
        _ => found.push(joined(path)),
    }
}

/// Removes what the patterns name: keys joined by `__`, `*` for all of a level, `+` before what shall stay; the first
/// pattern that fits decides.
pub fn filter(data: &mut Value, patterns: &[String]) {
    let patterns: Vec<Pattern> =
        patterns.iter().map(|text| (text.starts_with('+'), text.trim_start_matches(['-', '+']).split("__").collect())).collect();
    apply(data, &patterns);
}

type Pattern<'a> = (bool, Vec<&'a str>);

fn apply(data: &mut Value, patterns: &[Pattern]) {
    match data {
        Value::Object(map) => apply_to_object(map, patterns),
        Value::Array(items) => apply_to_list(items, patterns),
        _ => {}
    }
}

fn apply_to_object(map: &mut Map<String, Value>, patterns: &[Pattern]) {
    let mut kept: Map<String, Value> = Map::new();
    let mut deeper: BTreeMap<&str, Vec<Pattern>> = BTreeMap::new();
    for (keep, parts) in patterns {
        let Some((head, rest)) = parts.split_first() else { continue };
        match (*head, keep) {
            ("*", true) => keep_all(map, &mut kept),
            ("*", false) => map.clear(),
            (head, _) if !map.contains_key(head) => {}
            (head, _) if !rest.is_empty() => deeper.entry(head).or_default().push((*keep, rest.to_vec())),
            (head, true) if kept.contains_key(head) => {}
            (head, true) => kept.extend(map.get(head).map(|value| (head.to_owned(), value.clone()))),
            (head, false) => drop(map.shift_remove(head)),
        }
    }
    map.extend(kept);
    for (head, patterns) in deeper {
        if let Some(value) = map.get_mut(head) {
            apply(value, &patterns);
        }
    }
}

/// Each value is copied once, however many patterns keep it.
fn keep_all(map: &Map<String, Value>, kept: &mut Map<String, Value>) {
    for (key, value) in map {
        if !kept.contains_key(key) {
            kept.insert(key.clone(), value.clone());
        }
    }
}

fn apply_to_list(items: &mut Vec<Value>, patterns: &[Pattern]) {
    let (mut kept, mut gone): (BTreeSet<usize>, BTreeSet<usize>) = (BTreeSet::new(), BTreeSet::new());
    let mut deeper: BTreeMap<usize, Vec<Pattern>> = BTreeMap::new();
    for (keep, parts) in patterns {
        let Some((head, rest)) = parts.split_first() else { continue };
        let places: Vec<usize> =
            if *head == "*" { (0..items.len()).collect() } else { place_of(items, head).into_iter().collect() };
        for place in places {
            // CKAN lets `*` choose whole items only.
            if !rest.is_empty() && *head != "*" {
                deeper.entry(place).or_default().push((*keep, rest.to_vec()));
            } else if *keep && !gone.contains(&place) {
                kept.insert(place);
            } else if !*keep && !kept.contains(&place) {
                gone.insert(place);
            }
        }
    }
    for (place, patterns) in deeper {
        if let Some(item) = items.get_mut(place) {
            apply(item, &patterns);
        }
    }
    let mut place = 0;
    items.retain(|_| {
        place += 1;
        !gone.contains(&(place - 1))
    });
}

/// Merges an object into `data`, level by level.
///
/// # Errors
/// When something else stands where an object or a list is due; `data` may be changed in part.
pub fn merge(data: &mut Value, update: &Value) -> Result<(), Fault> {
    merge_at(data, update, &[])
}

fn merge_at(data: &mut Value, update: &Value, path: &[Step]) -> Result<(), Fault> {
    match data {
        Value::Object(map) => {
            let Value::Object(update) = update else { return Err(format!("Expected dict for {}", joined(path))) };
            for (key, update) in update {
                match map.get_mut(key) {
                    Some(value) => merge_at(value, update, &below(path, Step::Key(key.clone())))?,
                    None => drop(map.insert(key.clone(), update.clone())),
                }
            }
        }
        Value::Array(items) => {
            let Value::Array(update) = update else { return Err(format!("Expected list for {}", joined(path))) };
            for (place, update) in update.iter().enumerate() {
                match items.get_mut(place) {
                    Some(value) => merge_at(value, update, &below(path, Step::Place(place)))?,
                    None => items.push(update.clone()),
                }
            }
        }
        scalar => *scalar = update.clone(),
    }
    Ok(())
}

/// Merges a value in under a key; `…__extend` appends to a list.
///
/// # Errors
/// When there is nothing under the key; as [`merge`].
pub fn merge_under(data: &mut Value, key: &str, update: &Value) -> Result<(), Fault> {
    let (parent, last) = key.rsplit_once("__").map_or((None, key), |(parent, last)| (Some(parent), last));
    let path = parent.map_or_else(|| Ok(Vec::new()), |parent| resolve(data, parent))?;
    let expected = |what: &str| format!("Expected {what} for {}", parent.unwrap_or_default());
    let target = at_mut(data, &path).ok_or_else(|| unmatched(&path, last))?;
    match target {
        Value::Object(map) => {
            let path = below(&path, Step::Key(last.to_owned()));
            match map.get_mut(last) {
                Some(value) => merge_at(value, update, &path),
                None => {
                    map.insert(last.to_owned(), update.clone());
                    Ok(())
                }
            }
        }
        Value::Array(items) if last == "extend" => {
            let Value::Array(update) = update else { return Err(expected("list")) };
            items.extend(update.iter().cloned());
            Ok(())
        }
        Value::Array(items) => {
            let place = place_of(items, last).ok_or_else(|| unmatched(&[], last))?;
            let value = items.get_mut(place).ok_or_else(|| unmatched(&[], last))?;
            merge_at(value, update, &below(&path, Step::Place(place)))
        }
        _ => Err(expected("list or dict")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dataset() -> Value {
        json!({"name": "n", "notes": "old", "private": false, "tags": [], "resources": [
            {"id": "aaaaa111", "name": "A", "url": "a"}, {"id": "bbbbb222", "name": "B", "url": "b"}]})
    }

    fn filtered(patterns: &[&str]) -> Value {
        let mut data = dataset();
        filter(&mut data, &patterns.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        data
    }

    #[test]
    fn what_does_not_match_is_named() {
        let data = dataset();
        let wanted =
            json!({"notes": "new", "name": "n", "private": 0, "nope": 1, "resources": [{"name": "A"}, {"name": "x"}, {}]});
        assert_eq!(mismatches(&data, &wanted), ["nope", "notes", "resources__1__name", "resources__2"]);
        assert_eq!(mismatches_at(&data, "resources__bbbbb__name", &json!("x")), Ok(vec!["resources__1__name".to_owned()]));
        assert_eq!(mismatches_at(&data, "resources__-1__name", &json!("B")), Ok(vec![]));
        assert_eq!(mismatches_at(&data, "resources__9", &json!({})), Err("Unmatched key resources__9".to_owned()));
        assert_eq!(mismatches_at(&data, "notes__x", &json!({})), Err("Unmatched key notes__x".to_owned()));
    }

    #[test]
    fn the_first_pattern_that_fits_decides() {
        assert_eq!(filtered(&["+name", "-*"]), json!({"name": "n"}));
        assert_eq!(filtered(&["-*", "+name"]), json!({}));
        assert_eq!(filtered(&["-notes", "private", "tags", "-resources__0"])["resources"][0]["name"], "B");
        assert_eq!(filtered(&["+resources__bbbbb", "-resources__*"])["resources"].as_array().unwrap().len(), 1);
        assert_eq!(
            filtered(&["+resources__aaaaa__id", "-resources__aaaaa__*"])["resources"],
            json!([{"id": "aaaaa111"}, {"id": "bbbbb222", "name": "B", "url": "b"}])
        );
        assert_eq!(filtered(&["nope__x", "-resources__7", "-resources__zzzzz"]), dataset());
    }

    #[test]
    fn updates_are_merged_level_by_level() {
        let mut data = dataset();
        merge(&mut data, &json!({"notes": {"a": 1}, "fresh": [1], "resources": [{"name": "A2"}]})).unwrap();
        assert_eq!((&data["notes"], &data["fresh"], &data["resources"][0]["url"]), (&json!({"a": 1}), &json!([1]), &json!("a")));
        assert_eq!(merge(&mut data, &json!({"resources": {"0": 1}})), Err("Expected list for resources".to_owned()));
        assert_eq!(merge(&mut data, &json!({"resources": [7]})), Err("Expected dict for resources__0".to_owned()));
        merge_under(&mut data, "resources__extend", &json!([{"name": "C"}])).unwrap();
        merge_under(&mut data, "resources__2", &json!({"url": "c"})).unwrap();
        merge_under(&mut data, "resources__aaaaa__name", &json!("A3")).unwrap();
        assert_eq!(data["resources"][2], json!({"name": "C", "url": "c"}));
        assert_eq!(data["resources"][0]["name"], "A3");
        for (key, value, fault) in [
            ("resources__99", json!({}), "Unmatched key 99"),
            ("resources__99__x", json!({}), "Unmatched key resources__99"),
            ("resources__extend", json!({}), "Expected list for resources"),
            ("name__x", json!({}), "Expected list or dict for name"),
        ] {
            assert_eq!(merge_under(&mut data, key, &value), Err(fault.to_owned()), "{key}");
        }
    }
}
