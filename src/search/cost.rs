//! Which questions may take long, told by their letters alone, before anything is read.

/// Words of a question that is answered at once.
const WORDS: usize = 48;
/// Ranges of one.
const RANGES: usize = 4;

/// True for patterns, misspelt words, loose phrases and very many words or ranges: what walks the dictionary or adds up much.
/// What harvesters and pages ask every day is none of it.
#[must_use]
pub fn is_costly(text: &str) -> bool {
    let (mut words, mut ranges) = (0, 0);
    for word in text.split_whitespace() {
        words += 1;
        ranges += word.matches(['[', '{']).count();
        // Ends of ranges and "everything" are no patterns.
        let plain = word.trim_matches(|letter: char| matches!(letter, '(' | ')' | '+' | '-' | '[' | ']' | '{' | '}' | '"'));
        let is_open = matches!(plain, "*" | "*:*") || plain.ends_with(":[*") || plain.ends_with(":{*");
        if !is_open && plain.contains(['*', '?', '~']) || plain.contains(":/") && !plain.contains("://") {
            return true;
        }
    }
    words > WORDS || ranges > RANGES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_every_day_is_cheap_and_patterns_are_not() {
        for cheap in [
            "",
            "*:*",
            "калк саны",
            "+dataset_type:dataset -organization:(a OR b)",
            "metadata_modified:[2024-01-01T00:00:00Z TO *]",
            "metadata_modified:[* TO NOW-1DAY] +state:active",
            "theme:\"http://publications.europa.eu/resource/authority/data-theme/HEAL\"",
            "(*:*)",
            "-[* TO *]",
        ] {
            assert!(!is_costly(cheap), "{cheap}");
        }
        let (many, ranges) = ("a OR ".repeat(30), "name:[a TO b] ".repeat(5));
        for costly in ["wat*", "*", "title:*a*", "wa?er", "water~", "\"a b\"~5", "title:/(a+)+/", &many, &ranges] {
            assert_eq!(is_costly(costly), costly != "*", "{costly}");
        }
    }
}
