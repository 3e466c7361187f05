//! A mail server for the tests: it takes every mail and hands it over as it was told it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
};

/// Its address, and the conversations that it had, whole.
pub fn post_office() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if sender.send(conversation(stream)).is_err() {
                break;
            }
        }
    });
    (address, receiver)
}

fn conversation(mut stream: TcpStream) -> String {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    stream.write_all(b"220 here\r\n").unwrap();
    let (mut told, mut data) = (String::new(), false);
    while let Some(Ok(line)) = lines.next() {
        let answer: &[u8] = match line.split(' ').next().unwrap_or_default() {
            "." => b"250 taken\r\n",
            _ if data => b"",
            "EHLO" => b"250-here\r\n250 8BITMIME\r\n",
            "DATA" => b"354 go on\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        data = line == "DATA" || (data && line != ".");
        told.push_str(&format!("{line}\n"));
        stream.write_all(answer).unwrap();
    }
    told
}

/// The text of a mail.
pub fn body_of(told: &str) -> String {
    let body: String = told.lines().skip_while(|line| !line.is_empty()).take_while(|line| *line != ".").collect();
    String::from_utf8(base64(&body)).unwrap()
}

/// A header of a mail, put together.
pub fn header_of(told: &str, name: &str) -> String {
    let begin = format!("{name}: ");
    let mut lines = told.lines().skip_while(|line| !line.starts_with(&begin));
    let mut whole = lines.next().unwrap_or_default().trim_start_matches(&begin).to_owned();
    whole.extend(lines.take_while(|line| line.starts_with(' ')));
    let words = whole.split("=?utf-8?b?").skip(1).flat_map(|word| base64(word.split("?=").next().unwrap_or_default())).collect();
    String::from_utf8(words).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for value in text.bytes().filter_map(|letter| LETTERS.iter().position(|known| *known == letter)) {
        bits = (bits << 6) | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap());
        }
    }
    bytes
}
