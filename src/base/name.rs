//! Names as they stand in URLs: the rule of CKAN's `name_validator`, and making one from a title.

use deunicode::deunicode_char;

/// Shortest name.
pub const MIN: usize = 2;
/// Longest name.
pub const MAX: usize = 100;

/// What CKAN's `name_validator` says against a name; empty when it is good.
#[must_use]
pub fn faults(name: &str) -> Vec<&'static str> {
    if matches!(name, "new" | "edit" | "search") {
        return vec!["That name cannot be used"];
    }
    let mut faults = Vec::new();
    if name.chars().count() < MIN {
        faults.push("Must be at least 2 characters long");
    }
    if name.chars().count() > MAX {
        faults.push("Name must be a maximum of 100 characters long");
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_') {
        faults.push("Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_");
    }
    faults
}

/// A good name that reads like `text` (transliterated, lower case, dashes); never empty.
#[must_use]
pub fn munge(text: &str) -> String {
    let mut name = String::with_capacity(text.len().min(MAX));
    for character in text.chars() {
        for letter in deunicode_char(character).unwrap_or("-").chars() {
            match letter {
                'a'..='z' | '0'..='9' | '_' => name.push(letter),
                'A'..='Z' => name.push(letter.to_ascii_lowercase()),
                '\'' | '"' | '`' => {}
                _ if !name.ends_with('-') && !name.is_empty() => name.push('-'),
                _ => {}
            }
        }
        if name.len() >= MAX {
            break;
        }
    }
    name.truncate(MAX);
    let name = name.trim_end_matches('-').to_owned();
    match name.as_str() {
        "" => "dataset".to_owned(),
        "new" | "edit" | "search" => format!("{name}-1"),
        _ if name.len() < MIN => format!("{name}-1"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_names_are_told_why() {
        assert!(faults("калк").iter().any(|fault| fault.starts_with("Must be purely")));
        assert_eq!(faults("a"), ["Must be at least 2 characters long"]);
        assert_eq!(faults("new"), ["That name cannot be used"]);
        assert_eq!(faults("trailing\n").len(), 1);
        assert!(faults("good-name_1").is_empty());
    }

    #[test]
    fn munged_names_are_good() {
        assert_eq!(munge("Жогорку Кеңеш"), "zhogorku-kenesh");
        for text in ["", "x", "new", "   ", "日本語", &"длинное ".repeat(50)] {
            assert!(faults(&munge(text)).is_empty(), "{text} -> {}", munge(text));
        }
    }
}
