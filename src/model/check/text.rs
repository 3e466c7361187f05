//! Rules for single texts.

use base::name;

/// Bytes of the longest e-mail address.
const EMAIL_BYTES: usize = 254;

/// The faults of a dataset's name but for its being taken (`name_validator`, `package_name_validator`).
#[must_use]
pub fn package_name_faults(text: &str) -> Vec<String> {
    let mut faults: Vec<String> = name::faults(text).into_iter().map(str::to_owned).collect();
    let length = text.chars().count();
    if length < name::MIN {
        faults.push(format!("Name \"{text}\" length is less than minimum {}", name::MIN));
    }
    if length > name::MAX {
        faults.push(format!("Name \"{text}\" length is more than maximum {}", name::MAX));
    }
    faults
}

/// The HTML5 pattern for e-mail addresses (`email_validator`); empty passes.
#[must_use]
pub fn email_fault(text: &str) -> Option<String> {
    let local = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
    };
    let label = |part: &str| {
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        part.len() <= 63
            && edge(part.as_bytes().first())
            && edge(part.as_bytes().last())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let good =
        text.len() <= EMAIL_BYTES && text.split_once('@').is_some_and(|(name, host)| local(name) && host.split('.').all(label));
    (!text.is_empty() && !good).then(|| format!("Email {text} is not a valid format"))
}

/// [`tag_faults`] of a tag in a list: the messages of one tag are joined by a comma.
#[must_use]
pub fn tag_fault(text: &str) -> Option<String> {
    let faults = tag_faults(text);
    (!faults.is_empty()).then(|| faults.join(", "))
}

/// `tag_length_validator`, `tag_name_validator`.
#[must_use]
pub fn tag_faults(text: &str) -> Vec<String> {
    let length = text.chars().count();
    let mut faults = Vec::new();
    if length < 2 {
        faults.push(format!("Tag \"{text}\" length is less than minimum 2"));
    }
    if length > 100 {
        faults.push(format!("Tag \"{text}\" length is more than maximum 100"));
    }
    if !text.chars().all(|letter| letter.is_alphanumeric() || is_mark(letter) || matches!(letter, ' ' | '-' | '_' | '.')) {
        faults.push(format!(
            "Tag \"{text}\" can only contain alphanumeric characters, spaces (\" \"), hyphens (\"-\"), underscores (\"_\") or dots (\".\")"
        ));
    }
    faults
}

/// Combining marks that belong to a letter before them.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_measured_twice_as_ckan_does() {
        assert_eq!(package_name_faults("a"), ["Must be at least 2 characters long", "Name \"a\" length is less than minimum 2"]);
        assert_eq!(package_name_faults("new"), ["That name cannot be used"]);
        assert!(package_name_faults("population-2024").is_empty());
    }

    #[test]
    fn addresses_follow_html5() {
        for good in ["", "a@b.com", "info@minenergo.gov.kg", "a+b@localhost"] {
            assert_eq!(email_fault(good), None, "{good}");
        }
        for bad in ["zz", "a@", "@b", "a b@c.d", "a@b..c", "a@-b.c"] {
            assert!(email_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn tags_are_words() {
        assert_eq!(tag_fault("калктын саны"), None);
        assert_eq!(tag_fault("a").unwrap(), "Tag \"a\" length is less than minimum 2");
        assert!(tag_fault("b!").unwrap().contains("can only contain"));
    }
}
