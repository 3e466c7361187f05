//! Words typed while the keyboard was set to the other alphabet: `rfkr` is `калк`.

/// The keys of a keyboard, with Latin letters and with Russian ones (Kyrgyz keyboards have them at the same places).
const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const CYRILLIC: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";
/// With the shift key.
const SHIFTED: [(char, char); 7] = [('{', '['), ('}', ']'), (':', ';'), ('"', '\''), ('<', ','), ('>', '.'), ('~', '`')];

/// What the same keys give with the other alphabet; `None` for a text that was not typed with one of them alone.
pub fn other(text: &str) -> Option<String> {
    let small: Vec<char> = text.chars().flat_map(char::to_lowercase).map(unshifted).collect();
    let (from, to) = if small.iter().any(char::is_ascii_alphabetic) { (LATIN, CYRILLIC) } else { (CYRILLIC, LATIN) };
    let through = |letter: char| from.chars().zip(to.chars()).find(|(key, _)| *key == letter).map(|(_, other)| other);
    let other: String = small.into_iter().map(through).collect::<Option<_>>()?;
    other.chars().any(char::is_alphabetic).then_some(other)
}

fn unshifted(letter: char) -> char {
    SHIFTED.iter().find(|(shifted, _)| *shifted == letter).map_or(letter, |(_, key)| *key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_keys_give_another_word() {
        for (typed, meant) in [
            ("rfkr", Some("калк")),
            ("Rfkr", Some("калк")),
            (",.l;tn", Some("бюджет")),
            ("{kt,", Some("хлеб")),
            ("щзут", Some("open")),
            ("ЫСРЩЩД", Some("school")),
            ("калк2", None),
            ("өкмөт", None),
            ("été", None),
            ("2024", None),
            ("", None),
        ] {
            assert_eq!(other(typed).as_deref(), meant, "{typed}");
        }
        assert_eq!(LATIN.chars().count(), CYRILLIC.chars().count());
    }
}
