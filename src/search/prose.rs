//! Free text with colons in it, as titles have them (`Budget: expenses 2024`). By CKAN's rule it would be Lucene's syntax, ask
//! for a field of that name, and find nothing.

use crate::lex::{continues_word, is_blank};
use crate::schema::{self, Kind};

/// Colons that are looked at.
const COLONS: usize = 16;

/// The text without its colons, where each of them is prose: a blank or nothing follows, and what stands before it is the name
/// of no field. `None` where there is none, or one is Lucene's. Colons between quotes are neither.
pub fn prose(text: &str, mut is_field: impl FnMut(&str) -> bool) -> Option<String> {
    // Whoever escapes knows the syntax.
    if !text.contains(':') || text.contains('\\') {
        return None;
    }
    // A quotation mark alone quotes nothing: on a keyboard with Russian letters it is a capital `Э`.
    let quotes = text.matches('"').count().is_multiple_of(2);
    let (mut quoted, mut found) = (false, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = quotes && !quoted,
            ':' if !quoted => {
                found += 1;
                let (before, behind) = text.split_at_checked(at)?;
                if found > COLONS || !is_prose(before, behind.chars().nth(1), &mut is_field) {
                    return None;
                }
            }
            _ => {}
        }
    }
    let mut plain = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let (before, behind) = text.split_at(at);
        plain.push(match letter {
            ':' if is_letter(before, behind.chars().nth(1)) => ';',
            ':' => ' ',
            other => other,
        });
    }
    (found > 0).then_some(plain)
}

/// True for a colon that begins a word: on a keyboard with Russian letters it is a capital `Ж`, and the small one is a semicolon.
fn is_letter(before: &str, next: Option<char>) -> bool {
    (before.is_empty() || before.ends_with(is_blank)) && next.is_some_and(char::is_alphabetic)
}

fn is_prose(before: &str, next: Option<char>, is_field: &mut impl FnMut(&str) -> bool) -> bool {
    let begins_word = is_letter(before, next);
    let before = before.trim_end_matches(is_blank);
    let name = before.rsplit(|letter| !continues_word(letter)).next().unwrap_or_default().trim_start_matches(['+', '-']);
    let names_nothing = match name {
        "" if begins_word => !before.ends_with('*'),
        "" => !before.is_empty() && !before.ends_with([':', '*']),
        name => !is_field(name),
    };
    names_nothing && (begins_word || next.is_none_or(is_blank))
}

/// True for a name that CKAN's schema gives a meaning, whether a dataset has it or not.
#[must_use]
pub fn is_in_schema(name: &str) -> bool {
    schema::is_known(name)
        || schema::home(name) != Kind::Exact
        || ["res_", "vocab_"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Option<String> {
        prose(text, |name| is_in_schema(name) || name == "region")
    }

    #[test]
    fn a_title_with_a_colon_is_free_text() {
        for (text, plain) in [
            ("Budget: expenses 2024", "Budget  expenses 2024"),
            ("Отчет: итоги", "Отчет  итоги"),
            ("Отчет : итоги", "Отчет   итоги"),
            ("Title: of a book", "Title  of a book"),
            ("Бюджет (долбоор): 2024", "Бюджет (долбоор)  2024"),
            ("\"Data: all of it\" by: us", "\"Data  all of it\" by  us"),
            ("+Report: part one: water", "+Report  part one  water"),
            ("Report:", "Report "),
            ("what is this?: an answer", "what is this?  an answer"),
            ("AND: x", "AND  x"),
            (":fkfk-f,fl", ";fkfk-f,fl"),
            ("cfys :thb", "cfys ;thb"),
            ("\"uby: :fkfk", "\"uby  ;fkfk"),
        ] {
            assert_eq!(of(text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn a_question_with_a_field_is_lucenes() {
        for text in [
            "budget",
            "title: water",
            "-title: water",
            "(notes: water)",
            "region: osh",
            "extras_any: x",
            "res_any: x",
            "vocab_any: x",
            "issued_date: 2024",
            "_hidden: x",
            "views_total: 1",
            "Budget: expenses title:water",
            "Budget: region: osh",
            "Budget:expenses",
            "http://example.org/data",
            "meeting at 10:30",
            "title :water",
            "title:",
            "title::a",
            ": water",
            "*: water",
            "*:*",
            "a :: b",
            "\"Budget: expenses\"",
            "Budget\\: expenses",
            &"a: ".repeat(17),
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_what_is_prose_has_no_colon(text in "[a: \"()+*?\\\\-]{0,24}|.{0,24}") {
            if let Some(plain) = of(&text) {
                prop_assert!(!plain.contains(':'));
                prop_assert_eq!(of(&plain), None);
            }
        }
    }
}
