//! TLS with a mail server: whom it trusts is `smtp.starttls_verify` and `smtp.starttls_ca_bundle`.

use std::{net::TcpStream, path::Path, sync::Arc};

use action::settings::MailSettings;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

/// A sealed connection.
pub struct Sealed(StreamOwned<ClientConnection, TcpStream>);

impl Sealed {
    /// What it goes over.
    pub fn get_ref(&self) -> &TcpStream {
        &self.0.sock
    }
}

impl std::io::Read for Sealed {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into)
    }
}

impl std::io::Write for Sealed {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        self.0.write(from)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Begins to seal a connection; the first word that is said ends the handshake.
///
/// # Errors
/// What went wrong, in words.
pub fn seal(settings: &MailSettings, stream: TcpStream) -> Result<Sealed, String> {
    let failed = |error: &dyn std::fmt::Display| format!("SMTP server cannot be trusted: {error}");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let config = if settings.starttls_verify {
        builder.with_root_certificates(roots(settings.starttls_ca_bundle.as_deref())?).with_no_client_auth()
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider))).with_no_client_auth()
    };
    let host = settings.server.rsplit_once(':').map_or(settings.server.as_str(), |(host, _)| host);
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|error| failed(&error))?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|error| failed(&error))?;
    Ok(Sealed(StreamOwned::new(connection, stream)))
}

/// The certificates of a file, else those that this machine trusts.
fn roots(bundle: Option<&Path>) -> Result<RootCertStore, String> {
    let certificates = match bundle {
        None => rustls_native_certs::load_native_certs().certs,
        Some(path) => {
            let failed = |error| format!("smtp.starttls_ca_bundle cannot be read: {}: {error}", path.display());
            CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?
        }
    };
    let mut roots = RootCertStore::empty();
    let (taken, _) = roots.add_parsable_certificates(certificates);
    if taken == 0 {
        return Err(
            "SMTP server cannot be trusted: there are no certificates of authorities (smtp.starttls_ca_bundle)".to_owned()
        );
    }
    Ok(roots)
}

/// `smtp.starttls_verify = false`: whoever answers is believed to be the server.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
