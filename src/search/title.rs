//! Whole titles as terms, so that the dataset whose title is just what was asked for is found at once.

use crate::analyze::language;
use crate::schema::fingerprint;

/// Words of a text that can be a title.
const TITLE_WORDS: usize = 60;

/// A text as titles are compared: letters and digits in lower case, `ө` as `о` and so on, one blank between words.
#[must_use]
pub fn plain(text: &str) -> String {
    let (mut plain, mut small) = (String::with_capacity(text.len()), String::new());
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        small.clear();
        small.extend(word.chars().flat_map(char::to_lowercase));
        language::fold(&small, &mut plain);
    }
    plain
}

/// The term under which a whole title is found. `None` for what is longer than titles are.
#[must_use]
pub fn title_key(title: &str) -> Option<String> {
    let plain = plain(title);
    let words = plain.split(' ').count();
    (!plain.is_empty() && words <= TITLE_WORDS).then(|| format!("={:016x}", fingerprint(plain.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_compared_without_case_and_punctuation() {
        assert_eq!(plain("  Бюджет — 2024 (Бишкек!) "), "бюджет 2024 бишкек");
        assert_eq!(plain("Өкмөттүн бюджети"), plain("окмоттун БЮДЖЕТИ"));
        assert_eq!(title_key("State  BUDGET, 2024"), title_key("state budget 2024"));
        assert_ne!(title_key("State budget"), title_key("State budget 2024"));
        assert_eq!(title_key("?!"), None);
        assert_eq!(title_key(&"word ".repeat(61)), None);
    }
}
