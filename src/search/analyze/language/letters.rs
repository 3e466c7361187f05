//! Letters as keys have them: what people type instead of a letter, and what only looks like it, becomes one.
//!
//! Kyrgyz has three letters that a Russian keyboard lacks: `ө ү ң` are typed as `о у н` (and `ё` as `е`, also in Russian).
//! Documents mix alphabets: a Latin `c` inside a Cyrillic word looks right and is found by nobody.

use base::letters;

use super::{Repair, is_on};

/// What a word is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Cyrillic,
    Latin,
    /// Digits, other alphabets, two alphabets that cannot be made one.
    Other,
}

/// Latin letters and the Cyrillic ones that look like them, as capitals or as small letters.
const TWINS: [(char, char); 13] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('k', 'к'),
    ('m', 'м'),
    ('t', 'т'),
    ('h', 'н'),
    ('b', 'в'),
    ('i', 'и'),
];
/// The breve that makes `й` of an `и` where the two are written one after the other.
const BREVE: char = '\u{306}';

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{52F}')
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

fn cyrillic(latin: char) -> Option<char> {
    match latin {
        'ö' | 'ɵ' => Some('о'),
        'ü' => Some('у'),
        _ => TWINS.iter().find(|(twin, _)| *twin == latin).map(|(_, cyrillic)| *cyrillic),
    }
}

fn latin(cyrillic: char) -> Option<char> {
    match cyrillic {
        'і' => Some('i'),
        _ => TWINS.iter().find(|(_, twin)| *twin == cyrillic).map(|(latin, _)| *latin),
    }
}

/// Adds a word in small letters to `out`, in the letters of keys.
pub fn fold(word: &str, out: &mut String) -> Script {
    if word.is_ascii() {
        out.push_str(word);
        return if word.bytes().any(|byte| byte.is_ascii_alphabetic()) { Script::Latin } else { Script::Other };
    }
    let (mut cyrillics, mut latins) = (0_usize, 0_usize);
    for letter in word.chars() {
        cyrillics += usize::from(is_cyrillic(letter));
        latins += usize::from(!is_cyrillic(letter) && letter.is_alphabetic());
    }
    match (cyrillics, latins) {
        (0, _) => {
            out.push_str(word);
            return if word.chars().all(|letter| letter <= '\u{24F}' || is_mark(letter)) { Script::Latin } else { Script::Other };
        }
        (_, 0) => {}
        _ if !is_on(Repair::Twins) => {
            out.push_str(word);
            return Script::Other;
        }
        _ => {
            let can_be = |made: fn(char) -> Option<char>, stays: fn(char) -> bool| {
                word.chars().all(|letter| stays(letter) || made(letter).is_some())
            };
            let is_russian = can_be(cyrillic, |letter| is_cyrillic(letter) || is_mark(letter));
            if (!is_russian || latins > 2 * cyrillics) && can_be(latin, |letter| !is_cyrillic(letter)) {
                out.extend(word.chars().map(|letter| latin(letter).unwrap_or(letter)));
                return Script::Latin;
            }
            if !is_russian {
                out.push_str(word);
                return Script::Other;
            }
        }
    }
    for letter in word.chars() {
        match letter {
            BREVE if out.ends_with('и') => {
                out.pop();
                out.push('й');
            }
            mark if is_mark(mark) => {}
            _ if !is_on(Repair::Folding) => out.push(cyrillic(letter).unwrap_or(letter)),
            _ => out.push(letters::plain(cyrillic(letter).unwrap_or(letter))),
        }
    }
    Script::Cyrillic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_one() {
        for (word, key, script) in [
            ("өкмөттүн", "окмоттун", Script::Cyrillic),
            ("кеңеш", "кенеш", Script::Cyrillic),
            ("ёлка", "елка", Script::Cyrillic),
            // Latin letters inside: c, o, e.
            ("бишкeк", "бишкек", Script::Cyrillic),
            ("coмдун", "сомдун", Script::Cyrillic),
            ("мeктeп", "мектеп", Script::Cyrillic),
            ("cүт", "сут", Script::Cyrillic),
            ("тeaтp", "театр", Script::Cyrillic),
            // A Cyrillic с and о inside.
            ("сity", "city", Script::Latin),
            ("budgеt", "budget", Script::Latin),
            // Letters with their marks apart.
            ("аи\u{306}ыл", "айыл", Script::Cyrillic),
            ("за\u{301}мок", "замок", Script::Cyrillic),
            ("калкdata", "калкdata", Script::Other),
            ("été", "été", Script::Latin),
            ("2024", "2024", Script::Other),
            ("市", "市", Script::Other),
            ("", "", Script::Other),
        ] {
            let mut out = String::new();
            assert_eq!((fold(word, &mut out), out.as_str()), (script, key), "{word}");
        }
    }
}
