//! Forms in parts, as browsers and ckanapi send them.

/// What separates the parts.
const BOUNDARY: &str = "kurak-test-boundary";

/// A form in parts.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// The content type that goes with it.
    pub const TYPE: &'static str = "multipart/form-data; boundary=kurak-test-boundary";
    /// What stands after the bytes of the last file.
    pub const END: &'static [u8] = b"\r\n--kurak-test-boundary--\r\n";

    /// With a text.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.0.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        self
    }

    /// With a file of that name and type.
    #[must_use]
    pub fn file(mut self, name: &str, (filename, media_type): (&str, &str), content: &[u8]) -> Self {
        self.0.extend(Self::head(name, filename, media_type).into_bytes());
        self.0.extend(content);
        self.0.extend(b"\r\n");
        self
    }

    /// What stands before the bytes of a file.
    #[must_use]
    pub fn head(name: &str, filename: &str, media_type: &str) -> String {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n\
             Content-Type: {media_type}\r\n\r\n"
        )
    }

    /// The body without its end.
    #[must_use]
    pub fn begun(self) -> Vec<u8> {
        self.0
    }

    /// The whole body.
    #[must_use]
    pub fn body(mut self) -> Vec<u8> {
        self.0.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        self.0
    }
}
