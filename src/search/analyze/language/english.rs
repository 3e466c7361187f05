//! The key of a word in Latin letters: Snowball's English stem.

use frostem::{Algorithm, Stemmer};

/// Adds the key of a word to `key`.
pub fn stem(word: &str, key: &mut String) {
    key.push_str(&Stemmer::new(Algorithm::English).stem(word));
}

#[cfg(test)]
mod tests {
    #[test]
    fn forms_of_a_word_meet() {
        for (stem, forms) in [
            ("citi", "city cities"),
            ("school", "school schools"),
            ("spend", "spend spending spends"),
            ("budget", "budget budgets budgeting"),
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
