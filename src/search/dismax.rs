//! Free text as people type it: words in several fields at once, the best field counts (Solr's dismax).
//!
//! Quotes, `+` and `-` mean something; everything else is a word, also `AND` and `*`.

use base::{Error, Result, limits};

/// How many of the words have to be there when nothing else is said.
pub const MM: &str = "2<-1 5<80%";
/// The same where that finds nothing.
pub const RELAXED: &str = "34%";
/// The fields that words are looked for in, and their weights.
pub const QF: &str = "name^4 title^4 tags^2 groups^2 text";
/// The share that the fields beside the best one count.
pub const TIE: f32 = 0.1;

/// A word or a quoted text.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// `Some(true)` for `+`, `Some(false)` for `-`.
    pub sign: Option<bool>,
    pub text: String,
    pub quoted: bool,
}

/// Cuts a free text into its parts.
///
/// # Errors
/// [`base::Kind::Search`] when there are too many.
pub fn parts(text: &str) -> Result<Vec<Part>> {
    let balanced = text.chars().filter(|letter| *letter == '"').count() % 2 == 0;
    let mut parts = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        let sign = match letter {
            '+' => Some(true),
            '-' => Some(false),
            _ => None,
        };
        let first = if sign.is_some() { letters.next_if(|next| !next.is_whitespace()) } else { Some(letter) };
        let Some(first) = first else { continue };
        let mut part = Part { sign, text: String::new(), quoted: balanced && first == '"' };
        if part.quoted {
            part.text.extend(letters.by_ref().take_while(|next| *next != '"'));
        } else {
            part.text.extend(Some(first).filter(|first| *first != '"'));
            while let Some(next) = letters.next_if(|next| !(next.is_whitespace() || balanced && *next == '"')) {
                part.text.extend(Some(next).filter(|next| *next != '"'));
            }
        }
        if !part.text.trim().is_empty() {
            parts.push(part);
        }
        if parts.len() > limits::QUERY_CLAUSES {
            return Err(Error::search(format!("The query has more than {} words", limits::QUERY_CLAUSES)));
        }
    }
    Ok(parts)
}

/// A free text with the parts of its hyphenated words apart; `None` where it has none, or has quotes.
#[must_use]
pub fn apart(text: &str) -> Option<String> {
    let is_hyphen = |letter: char| matches!(letter, '-' | '\u{2010}'..='\u{2014}' | '/' | '_');
    let apart: Vec<String> = text
        .split_whitespace()
        .map(|word| {
            let signed = word.starts_with(['+', '-']);
            if signed {
                word.to_owned()
            } else {
                word.split(is_hyphen).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
            }
        })
        .collect();
    let parts = apart.join(" ");
    (!text.contains('"') && apart.iter().any(|word| word.contains(' '))).then_some(parts)
}

/// Reads `field^weight field …`.
///
/// # Errors
/// [`base::Kind::Search`] for a weight that is no number, or too many fields.
pub fn weights(qf: &str) -> Result<Vec<(String, f32)>> {
    let mut weights = Vec::new();
    for item in qf.split_whitespace() {
        let (name, weight) = item.split_once('^').unwrap_or((item, "1"));
        let weight = weight.parse().ok().filter(|weight: &f32| weight.is_finite());
        weights.push((name.to_owned(), weight.ok_or_else(|| Error::search("Cannot parse qf"))?));
    }
    if weights.len() > 32 { Err(Error::search("qf has more than 32 fields")) } else { Ok(weights) }
}

/// How many of `count` optional words have to match, by Solr's rule language (`2<-1 5<80%`).
///
/// # Errors
/// [`base::Kind::Search`] for a rule that cannot be read.
pub fn minimum(rule: &str, count: usize) -> Result<usize> {
    let mut due = count;
    let conditional = rule.contains('<');
    for part in rule.split_whitespace() {
        match part.split_once('<') {
            Some((bound, value)) => {
                let bound: usize = bound.parse().map_err(|_fault| Error::search("Cannot parse mm"))?;
                if count <= bound {
                    return Ok(due);
                }
                due = amount(value, count)?;
            }
            None if !conditional => due = amount(part, count)?,
            None => return Err(Error::search("Cannot parse mm")),
        }
    }
    Ok(due)
}

fn amount(value: &str, count: usize) -> Result<usize> {
    let fault = || Error::search("Cannot parse mm");
    let (digits, percent) = value.strip_suffix('%').map_or((value, false), |digits| (digits, true));
    let number: i64 = digits.parse().map_err(|_fault| fault())?;
    let size = usize::try_from(number.unsigned_abs()).map_err(|_fault| fault())?;
    let size = if percent { count.saturating_mul(size.min(100)) / 100 } else { size };
    Ok(if number < 0 { count.saturating_sub(size) } else { size.min(count) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_in_three_may_be_missing() {
        let all: Vec<usize> = (0..=10).map(|count| minimum(MM, count).unwrap()).collect();
        assert_eq!(all, [0, 1, 2, 2, 3, 4, 4, 5, 6, 7, 8]);
        assert_eq!(minimum("75%", 4).unwrap(), 3);
        assert_eq!(minimum("-25%", 4).unwrap(), 3);
        assert!(minimum("x", 1).is_err() && minimum("2<", 3).is_err());
    }

    #[test]
    fn hyphenated_words_come_apart() {
        for (text, parts) in [
            ("иссык-куль", Some("иссык куль")),
            ("жер  Жалал-Абад/Ош", Some("жер Жалал Абад Ош")),
            ("-иссык-куль", None),
            ("\"иссык-куль\" a-b", None),
            ("вода", None),
            ("", None),
        ] {
            assert_eq!(apart(text).as_deref(), parts, "{text}");
        }
    }

    #[test]
    fn only_quotes_and_signs_mean_something() {
        let of =
            |text: &str| parts(text).unwrap().into_iter().map(|part| (part.sign, part.text, part.quoted)).collect::<Vec<_>>();
        assert_eq!(of("a AND *"), [(None, "a".into(), false), (None, "AND".into(), false), (None, "*".into(), false)]);
        assert_eq!(of("+\"a b\" -c"), [(Some(true), "a b".into(), true), (Some(false), "c".into(), false)]);
        assert_eq!(of("\"a b"), [(None, "a".into(), false), (None, "b".into(), false)]);
        assert_eq!(of("  - + \"\" "), []);
    }
}
