//! Names of files, as CKAN makes them: lower case, plain letters, no folder.

/// Characters of the longest ending, its dot included.
const ENDING: usize = 21;
/// Characters of the longest name.
const LONGEST: usize = 100;
/// Characters of the shortest name.
const SHORTEST: usize = 3;

/// CKAN's `munge_filename`: the name without its folder, in lower case; the ending stays.
#[must_use]
pub fn munge(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or_default();
    let plain = plain(name.to_lowercase().trim());
    let mut clean = String::with_capacity(plain.len());
    for letter in plain.chars() {
        match letter {
            ' ' | '-' if clean.ends_with('-') => {}
            ' ' => clean.push('-'),
            letter if letter.is_ascii_alphanumeric() || "_.-".contains(letter) => clean.push(letter),
            _ => {}
        }
    }
    let (stem, ending) = split(&clean);
    let ending: String = ending.chars().take(ENDING).collect();
    let mut stem: String = stem.chars().take(LONGEST - ending.len()).collect();
    while stem.is_empty() || stem.len() + ending.len() < SHORTEST {
        stem.push('_');
    }
    stem + &ending
}

/// CKAN's `munge_filename_legacy`, by which pictures of groups and users are called.
#[must_use]
pub fn munge_picture(name: &str) -> String {
    let mut clean: String = plain(name)
        .trim()
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || ".- ".contains(*letter))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .take(LONGEST)
        .collect();
    while clean.len() < SHORTEST {
        clean.push('_');
    }
    clean
}

/// True when a picture is a file of the site and no link.
#[must_use]
pub fn is_picture_here(image_url: &str) -> bool {
    !image_url.is_empty() && !image_url.starts_with("http")
}

/// `image_display_url` of a `group` or `user`: where a picture is found.
#[must_use]
pub fn picture_address(site: &str, kind: &str, image_url: &str) -> String {
    if is_picture_here(image_url) { format!("{site}/uploads/{kind}/{}", munge_picture(image_url)) } else { image_url.to_owned() }
}

/// Stem and ending (with its dot), as Python's `splitext`: dots at the beginning are no ending.
#[must_use]
pub fn split(name: &str) -> (&str, &str) {
    let start = name.len() - name.trim_start_matches('.').len();
    match name.rfind('.') {
        Some(at) if at >= start => name.split_at(at),
        _ => (name, ""),
    }
}

/// The file's ending becomes this one (`png`).
#[must_use]
pub fn with_ending(name: &str, ending: &str) -> String {
    format!("{}.{ending}", split(name).0)
}

/// Latin letters without their accents; what is no ASCII beside goes.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter.is_ascii() => plain.push(letter),
            'À'..='Å' => plain.push('A'),
            'Æ' => plain.push_str("Ae"),
            'Ç' => plain.push('C'),
            'È'..='Ë' => plain.push('E'),
            'Ì'..='Ï' => plain.push('I'),
            'Ð' => plain.push_str("Th"),
            'Ñ' => plain.push('N'),
            'Ò'..='Ö' | 'Ø' => plain.push('O'),
            'Ù'..='Ü' => plain.push('U'),
            'Ý' => plain.push('Y'),
            'Þ' | 'þ' => plain.push_str("th"),
            'ß' => plain.push_str("ss"),
            'à'..='å' => plain.push('a'),
            'æ' => plain.push_str("ae"),
            'ç' => plain.push('c'),
            'è'..='ë' => plain.push('e'),
            'ì'..='ï' => plain.push('i'),
            'ð' => plain.push_str("th"),
            'ñ' => plain.push('n'),
            'ò'..='ö' | 'ø' => plain.push('o'),
            'ù'..='ü' => plain.push('u'),
            'ý' | 'ÿ' => plain.push('y'),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_ckans() {
        for (name, munged) in [
            ("unchanged.csv", "unchanged.csv"),
            ("/a/b c  d/Übung – 1.CSV", "ubung-1.csv"),
            ("../../etc/passwd", "passwd"),
            ("", "___"),
            ("a", "a__"),
            (".csv", ".csv"),
            ("калк.csv", ".csv"),
            ("a.b.c", "a.b.c"),
            ("..", ".._"),
        ] {
            assert_eq!(munge(name), munged, "{name}");
        }
        let long = munge(&format!("{}.{}", "x".repeat(300), "y".repeat(300)));
        assert_eq!((long.len(), long.split_once('.').unwrap().1.len()), (100, 20));
        assert_eq!(munge_picture("2026-01-01 10:00:00.5Лого A.png"), "2026-01-01-100000.5-A.png");
    }

    proptest! {
        #[test]
        fn no_name_leads_out_of_its_folder(name in ".*") {
            for munged in [munge(&name), munge_picture(&name)] {
                prop_assert!((3..=100).contains(&munged.len()) && !munged.contains('/') && !munged.contains('\\'), "{}", munged);
            }
        }
    }
}
