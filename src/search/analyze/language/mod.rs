//! From words to keys: forms of one word, however it is typed, have one key. One file a language, its examples beside it.
//!
//! Keys are for finding and for nothing else: they are no words, and must never reach facets, completion, suggestions or
//! anything that people read.

mod english;
mod kyrgyz;
mod letters;
mod russian;

use letters::Script;

/// Adds a word in small letters to `out`, in the letters of keys.
pub fn fold(word: &str, out: &mut String) {
    letters::fold(word, out);
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Cyrillic words get the keys of both languages.
    #[default]
    Unknown,
    Kyrgyz,
    Russian,
    English,
}

/// A sign of a language: characters that have no meaning of their own, and so stand in no word.
const MARKS: [(char, Language); 4] = [
    ('\u{F0E0}', Language::Unknown),
    ('\u{F0E1}', Language::Kyrgyz),
    ('\u{F0E2}', Language::Russian),
    ('\u{F0E3}', Language::English),
];

impl Language {
    /// The language of a tag such as `ky`, `ru-KG`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default() {
            "ky" | "kir" => Self::Kyrgyz,
            "ru" | "rus" => Self::Russian,
            "en" | "eng" => Self::English,
            _ => Self::Unknown,
        }
    }

    /// The text with its language said in front, as the analyzer of keys reads it. (An analyzer of the engine is told
    /// nothing but a text.)
    #[must_use]
    pub fn marked(self, text: &str) -> String {
        let mut marked = String::with_capacity(text.len() + 3);
        marked.extend(MARKS.iter().find(|(_, language)| *language == self).map(|(mark, _)| *mark));
        marked.push_str(text);
        marked
    }

    /// What a text says in front.
    pub(super) fn of_marked(text: &str) -> Self {
        let first = text.chars().next();
        MARKS.iter().find(|(mark, _)| first == Some(*mark)).map(|(_, language)| *language).unwrap_or_default()
    }
}

/// What is mended in words; tests switch one of them off to see that it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    Folding,
    Twins,
    Kyrgyz,
    Russian,
    English,
    /// Words in Latin letters, and those of another keyboard: `repair`.
    Latin,
    Layout,
}

#[cfg(test)]
thread_local! {
    /// The repair that is switched off.
    pub static OFF: std::cell::Cell<Option<Repair>> = const { std::cell::Cell::new(None) };
}

/// True unless a test has switched it off.
#[cfg(test)]
pub fn is_on(repair: Repair) -> bool {
    OFF.get() != Some(repair)
}

/// True.
#[cfg(not(test))]
pub const fn is_on(_repair: Repair) -> bool {
    true
}

/// True while a test has switched off something: keys are then not to be remembered.
#[cfg(test)]
pub fn is_tried() -> bool {
    OFF.get().is_some()
}

/// False.
#[cfg(not(test))]
pub const fn is_tried() -> bool {
    false
}

/// The keys of one word, and room for finding them, to be used again for the next word.
#[derive(Debug, Default)]
pub struct Keys {
    pub kyrgyz: String,
    pub russian: String,
    folded: String,
    letters: Vec<char>,
}

impl Keys {
    /// Finds the keys of a word in small letters, without accents on Latin ones. A word that is not Cyrillic has the same
    /// key in all languages.
    pub fn find(&mut self, word: &str) {
        self.folded.clear();
        self.kyrgyz.clear();
        self.russian.clear();
        match letters::fold(word, &mut self.folded) {
            Script::Cyrillic => {
                if is_on(Repair::Kyrgyz) {
                    kyrgyz::stem(&self.folded, &mut self.letters, &mut self.kyrgyz);
                } else {
                    self.kyrgyz.push_str(&self.folded);
                }
                if is_on(Repair::Russian) {
                    russian::stem(&self.folded, &mut self.russian);
                } else {
                    self.russian.push_str(&self.folded);
                }
            }
            Script::Latin if is_on(Repair::English) => {
                english::stem(&self.folded, &mut self.kyrgyz);
                self.russian.push_str(&self.kyrgyz);
            }
            Script::Latin | Script::Other => {
                self.kyrgyz.push_str(&self.folded);
                self.russian.push_str(&self.folded);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(word: &str) -> (String, String) {
        let mut keys = Keys::default();
        keys.find("сперва");
        keys.find(word);
        (keys.kyrgyz, keys.russian)
    }

    #[test]
    fn both_cyrillic_languages_say_what_a_word_can_be() {
        let both = |kyrgyz: &str, russian: &str| (kyrgyz.to_owned(), russian.to_owned());
        assert_eq!(keys("өкмөттүн"), both("окмот", "окмоттун"));
        assert_eq!(keys("больницами"), both("больницам", "больниц"));
        assert_eq!(keys("бюджети"), both("бюджет", "бюджет"));
        assert_eq!(keys("cities"), both("citi", "citi"));
        assert_eq!(keys("2024"), both("2024", "2024"));
    }

    #[test]
    fn languages_are_known_by_their_tags() {
        for (tag, language) in [("ky", Language::Kyrgyz), ("ru_RU", Language::Russian), ("en-GB", Language::English)] {
            assert_eq!(Language::of_tag(tag), language);
            assert_eq!(Language::of_marked(&language.marked("сөз")), language);
        }
        assert_eq!((Language::of_tag("uz"), Language::of_marked("")), (Language::Unknown, Language::Unknown));
    }

    /// At least nineteen of twenty inflected forms have the key of their word. The half that is called `held` was never
    /// looked at while the endings were chosen.
    #[test]
    fn inflected_forms_have_the_key_of_their_word() {
        let text = include_str!("../../../../fixtures/languages/kyrgyz-forms.tsv");
        for half in ["tune", "held"] {
            let lines = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()).filter(|line| line[2] == half);
            let (found, missed): (Vec<_>, Vec<_>) = lines.partition(|line| keys(line[0]).0 == keys(line[1]).0);
            let (found, all) = (found.len(), found.len() + missed.len());
            assert!(all >= 150 && found * 20 >= all * 19, "{half}: {found} of {all}");
        }
    }
}
