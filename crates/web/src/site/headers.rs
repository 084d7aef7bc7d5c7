//! The headers every answer carries. A page loads nothing from elsewhere and runs no script at all.

use axum::http::{HeaderValue, header};
use axum::response::Response;

/// No script, no inline style, no frame, no outside address.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
     frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// For a sender's own document (HTML, PDF, CDA), shown in a frame of our page: sandboxed, no script, and
/// nothing fetched, so that opening it tells nobody.
const DOCUMENT_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
     frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// Adds the headers to an answer. Use with `axum::middleware::map_response` around the whole router. What a
/// handler has already set stands, so that a document keeps its stricter policy and style sheets are kept.
pub async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    // Eight are added here and two more by what sends them: asked for at once, the map grows once.
    headers.reserve(12);
    let always = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in always {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        ),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Tells browsers to come by HTTPS alone from now on, for a year: for a site that is served by it.
pub async fn by_https_only(mut response: Response) -> Response {
    let year = HeaderValue::from_static("max-age=31536000");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    response
}

/// Marks an answer as a sender's own document, to be opened sandboxed and never as a page of ours.
pub fn sandboxed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(DOCUMENT_POLICY),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[tokio::test]
    async fn every_answer_is_private_and_framed_by_nobody() {
        let response = secure("page".into_response()).await;
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or("")
                .to_owned()
        };
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(!header("content-security-policy").contains("unsafe"));
        assert!(
            !header("content-security-policy").contains("script-src"),
            "no script at all: default-src stands"
        );
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }

    #[tokio::test]
    async fn a_document_keeps_its_sandbox() {
        let response = secure(sandboxed("letter".into_response())).await;
        let policy = response
            .headers()
            .get("content-security-policy")
            .unwrap()
            .to_str()
            .unwrap();
        assert!(policy.starts_with("sandbox;"), "{policy}");
    }
}
