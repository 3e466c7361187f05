//! Letters as people type them: Kyrgyz has three that a Russian keyboard lacks, and hardly anybody types `ё`.

/// The letter that is typed instead of a small one. The function `folded` of the database says the same.
#[must_use]
pub fn plain(letter: char) -> char {
    match letter {
        'ө' | 'ѳ' => 'о',
        'ү' | 'ұ' | 'ў' => 'у',
        'ң' | 'ҥ' => 'н',
        'ё' => 'е',
        'қ' => 'к',
        'ғ' => 'г',
        'і' => 'и',
        other => other,
    }
}

/// A text as completion compares it: in small letters, as they are typed.
#[must_use]
pub fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_compared_as_it_is_typed() {
        assert_eq!(folded("Өкмөттүн КЕҢЕШИ, Ёлка 2024"), "окмоттун кенеши, елка 2024");
        assert_eq!(folded("Open DATA é"), "open data é");
    }
}
