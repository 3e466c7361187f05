//! Kyrgyz and Russian words in Latin letters: `okmottun byudzheti` is `окмоттун бюджети`.
//!
//! There is no one way to write them so. A word gives the spellings that it can stand for, the likeliest first; which of them
//! is a word the index knows.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Spellings that one word gives.
const SPELLINGS: usize = 16;
/// Half-finished spellings that are looked at.
const STEPS: usize = 2_000;
/// Letters of the longest word.
const LONGEST: usize = 30;

/// Latin letters and what they stand for, the likeliest first. The longest ones count before shorter ones. `о у н` stand for
/// `ө ү ң`, too: all of this is in the letters of keys.
const LETTERS: &[(&str, &[&str])] = &[
    ("shch", &["щ"]),
    ("sch", &["щ", "сч"]),
    ("dzh", &["дж", "ж"]),
    ("zh", &["ж"]),
    ("dj", &["дж", "ж"]),
    ("sh", &["ш"]),
    ("ch", &["ч"]),
    ("kh", &["х"]),
    ("gh", &["г"]),
    ("ts", &["ц", "тс"]),
    ("ng", &["н", "нг"]),
    ("yu", &["ю"]),
    ("ya", &["я"]),
    ("yo", &["йо", "е"]),
    ("ye", &["е", "ые"]),
    ("ju", &["жу", "ю"]),
    ("ja", &["жа", "я"]),
    ("jo", &["жо", "е"]),
    ("je", &["же", "е"]),
    ("a", &["а"]),
    ("b", &["б"]),
    ("c", &["к", "ц", "с"]),
    ("ç", &["ч"]),
    ("d", &["д"]),
    ("e", &["е", "э"]),
    ("f", &["ф"]),
    ("g", &["г"]),
    ("ğ", &["г"]),
    ("h", &["х"]),
    ("i", &["и", "ы"]),
    ("ı", &["ы"]),
    ("j", &["ж", "й"]),
    ("k", &["к"]),
    ("l", &["л", "ль"]),
    ("m", &["м"]),
    ("n", &["н"]),
    ("ñ", &["н"]),
    ("o", &["о"]),
    ("ö", &["о"]),
    ("p", &["п"]),
    ("q", &["к"]),
    ("r", &["р"]),
    ("s", &["с"]),
    ("ş", &["ш"]),
    ("t", &["т"]),
    ("u", &["у"]),
    ("ü", &["у"]),
    ("v", &["в"]),
    ("w", &["в"]),
    ("x", &["х", "кс"]),
    ("y", &["ы", "й"]),
    ("z", &["з"]),
    ("'", &["ь", ""]),
    ("’", &["ь", ""]),
];
/// Behind a vowel `y` and `i` are rather `й`.
const BEHIND_VOWELS: &[(&str, &[&str])] = &[("y", &["й", "ы"]), ("i", &["й", "и"])];

fn letters(rest: &str, spelled: &str) -> Option<(usize, &'static [&'static str])> {
    let behind_vowel = spelled.ends_with(['а', 'е', 'о', 'у', 'ы', 'и', 'э', 'ю', 'я']);
    let tables = [if behind_vowel { BEHIND_VOWELS } else { &[] }, LETTERS];
    // The two tables have no longer ones in common.
    let longer = LETTERS.iter().filter(|(latin, _)| latin.len() > 1 && latin.is_ascii());
    let mut all = longer.chain(tables.into_iter().flatten());
    all.find(|(latin, _)| rest.starts_with(latin)).map(|(latin, letters)| (latin.len(), *letters))
}

/// What a word can stand for, the likeliest first; nothing for what is not in Latin letters.
pub fn spellings(word: &str) -> Vec<String> {
    let small: String = word.chars().flat_map(char::to_lowercase).collect();
    let mut found: Vec<String> = Vec::new();
    if small.chars().count() > LONGEST {
        return found;
    }
    // The number of unlikely letters, how much is left, and what it is so far: the best and nearest to its end comes first.
    let mut open = BinaryHeap::from([Reverse((0_usize, small.len(), String::new()))]);
    for _ in 0..STEPS {
        let Some(Reverse((unlikely, left, spelled))) = open.pop() else { break };
        let rest = small.get(small.len() - left..).unwrap_or_default();
        if rest.is_empty() {
            if !spelled.is_empty() && !found.contains(&spelled) {
                found.push(spelled);
            }
            if found.len() == SPELLINGS {
                break;
            }
            continue;
        }
        let Some((length, choices)) = letters(rest, &spelled) else { return Vec::new() };
        for (place, choice) in choices.iter().enumerate() {
            open.push(Reverse((unlikely + place, left - length, format!("{spelled}{choice}"))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_among_what_their_letters_stand_for() {
        for (latin, cyrillic) in [
            ("okmottun", "окмоттун"),
            ("byudzheti", "бюджети"),
            ("Byudjet", "бюджет"),
            ("mektepter", "мектептер"),
            ("jumush", "жумуш"),
            ("zhumush", "жумуш"),
            ("kyrgyz", "кыргыз"),
            ("ayyl", "айыл"),
            ("aiyl", "айыл"),
            ("kengesh", "кенеш"),
            ("naselenie", "население"),
            ("bolnitsy", "больницы"),
            ("shkoly", "школы"),
            ("obrazovaniya", "образования"),
            ("çoñ", "чон"),
            ("öküm", "окум"),
        ] {
            assert!(spellings(latin).contains(&cyrillic.to_owned()), "{latin}: {:?}", spellings(latin));
        }
        assert_eq!(spellings("okmottun").first().map(String::as_str), Some("окмоттун"));
        assert_eq!(spellings("калк"), [""; 0]);
        assert_eq!(spellings("a2"), [""; 0]);
        assert_eq!(spellings(""), [""; 0]);
    }

    #[test]
    fn long_and_ambiguous_words_are_bounded() {
        assert_eq!(spellings(&"c".repeat(30)).len(), SPELLINGS);
        assert_eq!(spellings(&"c".repeat(31)).len(), 0);
    }
}
