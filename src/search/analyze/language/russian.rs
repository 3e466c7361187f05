//! The key of a Russian word: Snowball's stem of the folded word.

use frostem::{Algorithm, Stemmer};

/// Adds the key of a folded word to `key`.
pub fn stem(word: &str, key: &mut String) {
    key.push_str(&Stemmer::new(Algorithm::Russian).stem(word));
}

#[cfg(test)]
mod tests {
    #[test]
    fn forms_of_a_word_meet() {
        for (stem, forms) in [
            ("больниц", "больница больницы больницей больницам больницах"),
            ("школ", "школа школы школу школам"),
            ("расход", "расход расходы расходов расходам"),
            ("населен", "население населения населением"),
            ("областн", "областной областного областные"),
            ("счет", "счет счета счетов"),
            ("", ""),
        ] {
            for form in forms.split(' ') {
                let mut key = String::new();
                super::stem(form, &mut key);
                assert_eq!(key, stem, "{form}");
            }
        }
    }
}
