use std::{net::TcpListener, path::PathBuf, sync::Arc, thread::JoinHandle};

use base::secret::Secret;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::*;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/tls")).join(name)
}

/// Answers lines until there are no more, or the one that seals the connection; what was said.
fn converse(stream: &mut (impl Read + Write), offers: &str) -> String {
    let mut told = String::new();
    let mut data = false;
    loop {
        let mut line = Vec::new();
        let mut byte = [0_u8];
        while byte != [b'\n'] && matches!(stream.read(&mut byte), Ok(1)) {
            line.push(byte[0]);
        }
        let line = String::from_utf8(line).unwrap();
        told.push_str(&line);
        let answer = match line.trim().split(' ').next().unwrap() {
            "" if line.is_empty() => return told,
            "." => "250 taken\r\n",
            _ if data => continue,
            "EHLO" => offers,
            "AUTH" => "235 welcome\r\n",
            "DATA" => "354 go on\r\n",
            "STARTTLS" => "220 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        data = line.trim() == "DATA" || (data && line.trim() != ".");
        stream.write_all(answer.as_bytes()).unwrap();
        stream.flush().unwrap();
        if line.trim() == "STARTTLS" {
            return told;
        }
    }
}

/// A mail server that takes one mail; what it was told bare, and under seal.
fn server(offers: &'static str) -> (u16, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 here\r\n").unwrap();
        let bare = converse(&mut stream, offers);
        if !bare.contains("STARTTLS") {
            return (bare, String::new());
        }
        let certificates = CertificateDer::pem_file_iter(fixture("server.pem")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(fixture("server.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .unwrap();
        let mut sealed = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        (bare, converse(&mut sealed, "250 here\r\n"))
    };
    (port, std::thread::spawn(serve))
}

const OFFERS: &str = "250-here\r\n250-8BITMIME\r\n250 StartTLS\r\n";

fn settings(server: String) -> MailSettings {
    MailSettings {
        server,
        starttls: true,
        starttls_ca_bundle: Some(fixture("authority.pem")),
        user: Some("post".to_owned()),
        password: Secret::new("secret"),
        ..MailSettings::default()
    }
}

fn send(settings: &MailSettings) -> Result<(), String> {
    deliver(settings, "a@b.kg", "c@d.kg", "Subject: x\r\n\r\nletter\r\n")
}

#[test]
fn what_is_said_is_sealed() {
    // Who need not prove himself needs no authority.
    for (verify, bundle) in [(true, Some(fixture("authority.pem"))), (false, None)] {
        let (port, server) = server(OFFERS);
        let settings =
            MailSettings { starttls_verify: verify, starttls_ca_bundle: bundle, ..settings(format!("localhost:{port}")) };
        send(&settings).unwrap();
        let (bare, sealed) = server.join().unwrap();
        assert_eq!(bare, "EHLO localhost\r\nSTARTTLS\r\n");
        assert!(sealed.starts_with("EHLO localhost\r\nAUTH PLAIN ") && sealed.contains("letter\r\n.\r\n"), "{sealed}");
    }
}

#[test]
fn nobody_else_reads_the_mail() {
    // No authority that this machine knows signed for the server.
    let (port, server) = server(OFFERS);
    let stranger = MailSettings { starttls_ca_bundle: Some(fixture("server.pem")), ..settings(format!("localhost:{port}")) };
    let refusal = send(&stranger).unwrap_err();
    assert!(refusal.contains("certificate"), "{refusal}");
    let (_, sealed) = server.join().unwrap();
    assert_eq!(sealed, "");
}

#[test]
fn a_server_that_cannot_seal_gets_no_mail() {
    let (port, server) = server("250-here\r\n250 8BITMIME\r\n");
    assert_eq!(send(&settings(format!("localhost:{port}"))).unwrap_err(), "SMTP server does not support STARTTLS");
    assert_eq!(server.join().unwrap(), ("EHLO localhost\r\n".to_owned(), String::new()));
    let lost = MailSettings { starttls_ca_bundle: Some(fixture("nothing.pem")), ..settings(String::new()) };
    assert!(
        tls::seal(&lost, TcpStream::connect(("127.0.0.1", listening())).unwrap())
            .is_err_and(|error| error.contains("nothing.pem"))
    );
}

fn listening() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || drop(listener.accept()));
    port
}
