//! How a document leaves the program: what may be opened, as what, and what can only be kept as a file.

use crate::site::headers;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use exchange::document::{BYTES_MAX, Kind, plain_text};

/// Whether a document of this kind and size is opened at all.
pub fn opens(kind: Kind, bytes: usize) -> bool {
    bytes <= BYTES_MAX && kind != Kind::Other
}

/// The document, opened: never as a page of ours, running nothing and fetching nothing. Kinds that no browser
/// shows come as the plain text taken out of them.
pub fn shown(kind: Kind, bytes: Vec<u8>, number: usize) -> Response {
    if !opens(kind, bytes.len()) {
        return kept(kind, bytes, number);
    }
    match (kind, plain_text(kind, &bytes)) {
        (_, Some(text)) => answer("text/plain; charset=utf-8", "inline", number, "txt", text.into_bytes()),
        (Kind::Pdf, None) => answer("application/pdf", "inline", number, "pdf", bytes),
        (Kind::Html, None) => answer("text/html; charset=utf-8", "inline", number, "html", bytes),
        (Kind::Image(media_type), None) => answer(media_type, "inline", number, ending(kind), bytes),
        (Kind::Plain | Kind::Cda | Kind::Rtf | Kind::Other, None) => kept(kind, bytes, number),
    }
}

/// The document exactly as sent, to be kept as a file.
pub fn kept(kind: Kind, bytes: Vec<u8>, number: usize) -> Response {
    answer("application/octet-stream", "attachment", number, ending(kind), bytes)
}

const fn ending(kind: Kind) -> &'static str {
    match kind {
        Kind::Pdf => "pdf",
        Kind::Plain => "txt",
        Kind::Html => "html",
        Kind::Cda => "xml",
        Kind::Rtf => "rtf",
        Kind::Image(media_type) => match media_type.as_bytes() {
            b"image/png" => "png",
            b"image/gif" => "gif",
            _ => "jpg",
        },
        Kind::Other => "bin",
    }
}

/// The file's name says nothing: what a sender calls a letter often holds the person's name.
fn answer(media_type: &'static str, how: &str, number: usize, ending: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("{how}; filename=\"document-{number}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    headers::sandboxed((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(response: &Response, name: &str) -> String {
        response.headers()[name].to_str().unwrap().to_owned()
    }

    #[test]
    fn every_document_is_sandboxed_and_only_what_is_known_is_opened() {
        let cda = b"<ClinicalDocument xmlns='urn:hl7-org:v3'><title>T</title></ClinicalDocument>";
        for (kind, bytes, media_type, how) in [
            (
                Kind::Pdf,
                &b"%PDF-"[..],
                "application/pdf",
                "inline; filename=\"document-2.pdf\"",
            ),
            (
                Kind::Html,
                b"<script>x()</script>",
                "text/html; charset=utf-8",
                "inline; filename=\"document-2.html\"",
            ),
            (
                Kind::Plain,
                b"caf\xe9",
                "text/plain; charset=utf-8",
                "inline; filename=\"document-2.txt\"",
            ),
            (
                Kind::Cda,
                cda,
                "text/plain; charset=utf-8",
                "inline; filename=\"document-2.txt\"",
            ),
            (
                Kind::Rtf,
                b"{\\rtf1 a}",
                "text/plain; charset=utf-8",
                "inline; filename=\"document-2.txt\"",
            ),
            (
                Kind::Image("image/gif"),
                b"GIF89a",
                "image/gif",
                "inline; filename=\"document-2.gif\"",
            ),
            (
                Kind::Other,
                b"MZ",
                "application/octet-stream",
                "attachment; filename=\"document-2.bin\"",
            ),
        ] {
            let response = shown(kind, bytes.to_vec(), 2);
            assert_eq!(header_of(&response, "content-type"), media_type);
            assert_eq!(header_of(&response, "content-disposition"), how);
            assert_eq!(header_of(&response, "x-content-type-options"), "nosniff");
            let policy = header_of(&response, "content-security-policy");
            assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
            assert!(!policy.contains("allow-") && !policy.contains("script"), "{policy}");
        }
    }

    #[test]
    fn what_is_too_large_is_only_kept() {
        assert!(!opens(Kind::Pdf, BYTES_MAX + 1) && opens(Kind::Pdf, BYTES_MAX));
        let response = kept(Kind::Html, b"<p>".to_vec(), 1);
        assert_eq!(header_of(&response, "content-type"), "application/octet-stream");
        assert!(header_of(&response, "content-disposition").starts_with("attachment"));
    }
}
