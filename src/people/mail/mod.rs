//! Outgoing mail: one plain text to one recipient. Must never keep a transaction waiting for long.

pub mod session;
mod tls;

use action::{App, settings::MailSettings};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A mail to send.
pub struct Mail<'a> {
    /// A valid address.
    pub to: &'a str,
    pub subject: String,
    pub body: String,
}

/// Sends a mail by the server of `smtp.server`.
///
/// # Errors
/// What went wrong, in words for who asked for it.
pub fn send(app: &App, mail: &Mail<'_>) -> Result<(), String> {
    let settings = &app.settings.mail;
    let from = settings.mail_from.as_deref().filter(|from| is_address(from)).ok_or("smtp.mail_from is not configured")?;
    session::deliver(settings, from, mail.to, &text(settings, from, mail, &app.site().title))
}

/// The whole text: headers, and the body in base64, so that no byte of it can be a command.
fn text(settings: &MailSettings, from: &str, mail: &Mail<'_>, sender: &str) -> String {
    let mut text = String::new();
    let mut header = |name: &str, value: &str| text.push_str(&format!("{name}: {value}\r\n"));
    header("Subject", &word(&mail.subject));
    header("From", &format!("{} <{from}>", word(sender)));
    header("To", &format!("<{}>", mail.to));
    header("Date", &base::time::Stamp::now().naive().format("%a, %d %b %Y %H:%M:%S +0000").to_string());
    if let Some(reply_to) = settings.reply_to.as_deref().filter(|address| is_address(address)) {
        header("Reply-To", reply_to);
    }
    header("MIME-Version", "1.0");
    header("Content-Type", "text/plain; charset=\"utf-8\"");
    header("Content-Transfer-Encoding", "base64");
    text.push_str("\r\n");
    for line in STANDARD.encode(&mail.body).as_bytes().chunks(76) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push_str("\r\n");
    }
    text
}

/// Words of a header in any language (RFC 2047), in parts that are short enough for one line.
fn word(text: &str) -> String {
    let letters: Vec<char> = text.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let part = |letters: &[char]| format!("=?utf-8?b?{}?=", STANDARD.encode(letters.iter().collect::<String>()));
    letters.chunks(10).map(part).collect::<Vec<_>>().join("\r\n ")
}

fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains(|letter: char| letter.is_control() || letter.is_whitespace() || "<>".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_mail_can_be_a_command() {
        let settings = MailSettings { reply_to: Some("a@b\r\nBcc: x@y".to_owned()), ..MailSettings::default() };
        let mail = Mail { to: "a@b.kg", subject: "Чакыруу\r\nBcc: x@y".to_owned(), body: "\r\n.\r\nQUIT\r\n".repeat(30) };
        let text = text(&settings, "from@b.kg", &mail, "Портал");
        assert!(!text.contains("Bcc") && !text.contains("QUIT"), "{text}");
        assert!(text.lines().all(|line| line.len() < 998 && line != "."));
    }
}
