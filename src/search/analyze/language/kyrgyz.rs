//! The key of a Kyrgyz word: what is left when its inflection is taken off. No dictionary, only the shape of endings.
//!
//! Nouns are what titles are made of, so it is the nouns' endings that go: cases, plural, the third person's possessive and
//! the first person's plural one, and `-дагы` ("which is in"). The possessives of a single first or second person (`-ым`,
//! `-ың`) stay: official texts hardly have them, and they are the ends of many words (`билим`, `мугалим`).
//!
//! Words come folded (`letters`), so that one table serves what is spelled rightly and what is typed on a Russian keyboard.
//! A key is no word: it must never be shown to anybody.

/// Rounds of taking off an ending; after the last one a word is as short as it gets.
const ROUNDS: usize = 4;
/// Letters of the longest word that has a key of its own.
const LONGEST: usize = 40;

/// Words that end like an inflected one.
const PROTECTED: &[&str] =
    &["облус", "район", "орган", "жаран", "дыйкан", "автобус", "статус", "корпус", "кыргызстан", "бала", "тандоо"];
/// Stems that change when they are inflected.
const IRREGULAR: &[(&str, &str)] = &[("балдар", "бала"), ("мурд", "мурун"), ("орд", "орун"), ("эрд", "эрин")];

/// What has to stand before an ending (the first letter of an ending follows the last one of the stem).
#[derive(Clone, Copy, PartialEq)]
enum After {
    /// `т`, `к`
    Voiceless,
    /// `д` of genitive and accusative.
    VoicedConsonant,
    /// `д` of place, `г`
    Voiced,
    /// `н`
    Vowel,
}

/// In a pattern `A` is an open vowel and `I` a narrow one, as vowel harmony has them.
const PLACES: &[(&str, After)] = &[("дAгI", After::Voiced), ("тAгI", After::Voiceless)];
const OBJECTS: &[(&str, After)] = &[
    ("тIн", After::Voiceless),
    ("дIн", After::VoicedConsonant),
    ("тI", After::Voiceless),
    ("дI", After::VoicedConsonant),
    ("нIн", After::Vowel),
    ("нI", After::Vowel),
];
/// What follows the third person's possessive, the longest first.
const AFTER_POSSESSIVE: &[&str] = &["ндAгI", "ндA", "нAн", "нIн", "нA", "н", ""];
const DIRECTIONS: &[(&str, After)] = &[
    ("дAн", After::Voiced),
    ("тAн", After::Voiceless),
    ("гA", After::Voiced),
    ("кA", After::Voiceless),
    ("дA", After::Voiced),
    ("тA", After::Voiceless),
];
const OURS: &[&str] = &["IбIз", "бIз"];

/// Parts of what may follow a protected word: plural, possessive, case.
const CHAIN: [&[&str]; 3] = [
    &["", "лAр", "дAр", "тAр"],
    &["", "I", "сI", "бIз", "IбIз"],
    &[
        "", "н", "дAгI", "тAгI", "ндAгI", "дA", "тA", "нA", "дAн", "тAн", "нAн", "ндA", "нтA", "гA", "кA", "нI", "дI", "тI",
        "нIн", "дIн", "тIн",
    ],
];

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'а' | 'е' | 'о' | 'у' | 'ы' | 'и' | 'э' | 'ю' | 'я')
}

fn is_voiceless(letter: char) -> bool {
    matches!(letter, 'п' | 'т' | 'к' | 'с' | 'ш' | 'щ' | 'ч' | 'ц' | 'ф' | 'х')
}

fn is(letter: char, pattern: char) -> bool {
    match pattern {
        'A' => matches!(letter, 'а' | 'е' | 'о' | 'я'),
        'I' => matches!(letter, 'ы' | 'и' | 'у' | 'ю'),
        other => letter == other,
    }
}

/// What stands before an ending; `None` where the word does not end so.
fn before<'a>(word: &'a [char], ending: &str) -> Option<&'a [char]> {
    let mut at = word.len();
    for pattern in ending.chars().rev() {
        at = at.checked_sub(1)?;
        if !is(*word.get(at)?, pattern) {
            return None;
        }
    }
    word.get(..at)
}

/// What stands behind a beginning.
fn behind<'a>(word: &'a [char], beginning: &str) -> Option<&'a [char]> {
    let mut at = 0;
    for pattern in beginning.chars() {
        if !is(*word.get(at)?, pattern) {
            return None;
        }
        at += 1;
    }
    word.get(at..)
}

fn ends_in(stem: &[char], test: fn(char) -> bool) -> bool {
    stem.last().is_some_and(|letter| test(*letter))
}

/// A stem has a vowel and three letters; two are enough before a long ending.
fn is_stem(stem: &[char], ending: &str) -> bool {
    let long_ending = ending.chars().count() >= 3;
    stem.iter().any(|letter| is_vowel(*letter)) && (stem.len() >= 3 || stem.len() == 2 && long_ending)
}

fn fits(stem: &[char], after: After) -> bool {
    match after {
        After::Voiceless => ends_in(stem, is_voiceless),
        After::VoicedConsonant => !ends_in(stem, is_voiceless) && !ends_in(stem, is_vowel),
        After::Voiced => !ends_in(stem, is_voiceless),
        After::Vowel => ends_in(stem, is_vowel),
    }
}

fn taken_off<'a>(word: &'a [char], endings: &[(&str, After)]) -> Option<(&'a [char], After)> {
    endings.iter().find_map(|(ending, after)| {
        before(word, ending).filter(|stem| is_stem(stem, ending) && fits(stem, *after)).map(|stem| (stem, *after))
    })
}

fn is_protected(word: &[char]) -> bool {
    PROTECTED.iter().any(|stem| behind(word, stem).is_some_and(<[char]>::is_empty))
}

/// A protected word with nothing but inflection behind it.
fn protected_stem(word: &[char]) -> Option<&[char]> {
    PROTECTED.iter().find_map(|stem| {
        let ending = behind(word, stem)?;
        is_inflection(ending, &CHAIN).then(|| word.get(..word.len() - ending.len()))?
    })
}

fn is_inflection(ending: &[char], parts: &[&[&str]]) -> bool {
    match parts.split_first() {
        None => ending.is_empty(),
        Some((first, rest)) => first.iter().any(|part| behind(ending, part).is_some_and(|left| is_inflection(left, rest))),
    }
}

/// The word without its outermost ending.
fn shortened(word: &[char]) -> Option<&[char]> {
    if is_protected(word) {
        return None;
    }
    if let Some(stem) = protected_stem(word) {
        return Some(stem);
    }
    if let Some((stem, _)) = taken_off(word, PLACES) {
        return Some(stem);
    }
    if let Some((stem, after)) = taken_off(word, OBJECTS) {
        // `-нын` behind a possessive is no ending of its own: the possessive goes with it.
        let consonant = stem.len().checked_sub(2).and_then(|at| stem.get(at)).is_some_and(|letter| !is_vowel(*letter));
        if !(after == After::Vowel && consonant && ends_in(stem, |letter| is(letter, 'I'))) {
            return Some(stem);
        }
    }
    for tail in AFTER_POSSESSIVE {
        let Some(possessive) = before(word, tail) else { continue };
        for (head, after_vowel) in [("сI", true), ("I", false)] {
            let Some(stem) = before(possessive, head) else { continue };
            let ending = head.chars().count() + tail.chars().count();
            let long_enough = stem.len() >= 3 || stem.len() == 2 && ending >= 3 && tail.chars().count() > 1;
            if long_enough && stem.iter().any(|letter| is_vowel(*letter)) && ends_in(stem, is_vowel) == after_vowel {
                return Some(stem);
            }
        }
    }
    if let Some((stem, _)) = taken_off(word, DIRECTIONS) {
        return Some(stem);
    }
    if let Some(stem) = OURS.iter().find_map(|ending| before(word, ending)).filter(|stem| is_stem(stem, "")) {
        return Some(stem);
    }
    ["л", "д", "т"].iter().find_map(|first| {
        let stem = before(word, "Aр").and_then(|stem| before(stem, first))?;
        let fitting = match *first {
            "л" => ends_in(stem, |letter| is_vowel(letter) || matches!(letter, 'р' | 'й')),
            "д" => fits(stem, After::VoicedConsonant),
            _ => fits(stem, After::Voiceless),
        };
        (fitting && is_stem(stem, "лAр")).then_some(stem)
    })
}

/// Stems that change, and consonants that are voiced before a vowel, as they are at the end of a word.
fn restore(word: &mut Vec<char>) {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(changed, _)| changed.chars().eq(word.iter().copied())) {
        word.clear();
        word.extend(stem.chars());
    }
    if word.len() >= 3
        && let Some(last) = word.last_mut()
    {
        match *last {
            'б' => *last = 'п',
            'г' => *last = 'к',
            _ => {}
        }
    }
}

/// Adds the key of a folded word to `key`; `room` is for working in.
pub fn stem(word: &str, room: &mut Vec<char>, key: &mut String) {
    room.clear();
    for letter in word.chars().take(LONGEST + 1) {
        // `токой` has the possessive `токою`.
        match (room.last(), letter) {
            (Some('о' | 'у'), 'ю') => room.extend(['й', 'у']),
            _ => room.push(letter),
        }
    }
    if room.len() > LONGEST {
        key.push_str(word);
        return;
    }
    for _ in 0..ROUNDS {
        if let Some((_, stem)) = IRREGULAR.iter().find(|(changed, _)| changed.chars().eq(room.iter().copied())) {
            room.clear();
            room.extend(stem.chars());
        }
        let Some(length) = shortened(room).map(<[char]>::len) else { break };
        room.truncate(length);
        restore(room);
    }
    restore(room);
    key.extend(room.iter());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(word: &str) -> String {
        let mut key = String::new();
        stem(word, &mut Vec::new(), &mut key);
        key
    }

    #[test]
    fn endings_are_taken_off() {
        for (stem, forms) in [
            ("мектеп", "мектептер мектептин мектепке мектепте мектебинин мектептеринде мектебибизде мектептеги"),
            ("калк", "калкы калктын калкына калкынын калкты калктан"),
            ("бюджет", "бюджети бюджеттин бюджетинен бюджетке бюджеттери бюджеттердин"),
            ("олко", "олконун олколордун олкого олкосундо олкобуздун олкодогу"),
            ("суу", "суунун сууга суусу сууларды суусунда"),
            ("ишкана", "ишкананын ишканалар ишканаларынын ишканасында"),
            ("айлык", "айлыгы айлыктын айлыгынан"),
            ("орун", "орду ордунда орундар орундан"),
            ("токой", "токою токоюнун токойлор токойдогу"),
        ] {
            assert_eq!(key(stem), stem);
            forms.split(' ').for_each(|form| assert_eq!(key(form), stem, "{form}"));
        }
    }

    #[test]
    fn words_that_only_look_inflected_stay() {
        for (form, stem) in [
            ("билим", "билим"),
            ("мугалим", "мугалим"),
            ("жаран", "жаран"),
            ("жарандардын", "жаран"),
            ("районго", "район"),
            ("облусунда", "облус"),
            ("балдарга", "бала"),
            ("кыргызстанда", "кыргызстан"),
            ("ош", "ош"),
            ("", ""),
        ] {
            assert_eq!(key(form), stem, "{form}");
        }
        let long = "а".repeat(60);
        assert_eq!(key(&long), long);
    }
}
