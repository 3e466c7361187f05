//! Words typed while the keyboard was set to the other alphabet: `rfkr` is `калк`.

/// The keys of a keyboard, with Latin letters and with Russian ones (Kyrgyz keyboards have them at the same places).
const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const CYRILLIC: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";
/// With the shift key.
const SHIFTED: [(char, char); 7] = [('{', '['), ('}', ']'), (':', ';'), ('"', '\''), ('<', ','), ('>', '.'), ('~', '`')];

/// What the same keys give with the other alphabet, the likeliest first: with signs around the word as letters, and as signs.
/// What is no letter on either keyboard stays. Nothing for a text with letters of both.
pub fn others(text: &str) -> Vec<String> {
    let (whole, bare) =
        (other(text), other(text.trim_matches(|letter: char| LATIN.contains(unshifted(letter)) && !letter.is_alphabetic())));
    let mut others: Vec<String> = whole.into_iter().chain(bare).collect();
    others.dedup();
    others
}

/// True where signs within a text are letters of the other alphabet: it may be one word, whatever its pieces are.
pub fn has_letters_among_signs(text: &str) -> bool {
    let is_sign = |letter: char| LATIN.contains(unshifted(letter)) && !letter.is_alphabetic();
    text.chars().any(char::is_alphabetic) && text.trim_end_matches(is_sign).contains(is_sign)
}

fn other(text: &str) -> Option<String> {
    let small: Vec<char> = text.chars().flat_map(char::to_lowercase).map(unshifted).collect();
    let (from, to) = if small.iter().any(char::is_ascii_alphabetic) { (LATIN, CYRILLIC) } else { (CYRILLIC, LATIN) };
    let through = |letter: char| match from.chars().zip(to.chars()).find(|(key, _)| *key == letter) {
        Some((_, other)) => Some(other),
        None => (!letter.is_alphabetic()).then_some(letter),
    };
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
        const TYPED: &[(&str, &[&str])] = &[
            ("rfkr", &["калк"]),
            ("Rfkr", &["калк"]),
            (",.l;tn", &["бюджет", "джет"]),
            ("{kt,", &["хлеб", "ле"]),
            ("rfkr,", &["калкб", "калк"]),
            (";fkfk-f,fl", &["жалал-абад", "алал-абад"]),
            ("2025-;sk", &["2025-жыл"]),
            ("cfys?", &["саны?"]),
            ("щзут", &["open"]),
            ("ЫСРЩЩД", &["school"]),
            ("калк2", &["rfkr2"]),
            ("өкмөт", &[]),
            ("été", &[]),
            ("калкdata", &[]),
            ("2024", &[]),
            ("", &[]),
        ];
        for (typed, meant) in TYPED {
            assert_eq!(others(typed), *meant, "{typed}");
        }
        assert_eq!(LATIN.chars().count(), CYRILLIC.chars().count());
    }

    #[test]
    fn signs_may_be_letters() {
        for (text, may) in [(",f;s", true), ("f,fl", true), ("rfkr,", false), ("rfkr", false), ("wi-fi", false), ("...", false)] {
            assert_eq!(has_letters_among_signs(text), may, "{text}");
        }
    }
}
