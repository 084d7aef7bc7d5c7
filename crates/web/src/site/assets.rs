//! Style sheets, embedded at build and served under names that change with their content.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const NHSUK: &[u8] = include_bytes!("../../assets/vendor/nhsuk.css");
const NHSUK_GZIP: &[u8] = include_bytes!("../../assets/vendor/nhsuk.css.gz");
const CHESIL: &[u8] = include_bytes!("../../assets/chesil.css");
const ICON: &[u8] = include_bytes!("../../assets/icon.svg");

/// `/assets/{name}`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let (media, body, packed) = match name.as_str() {
        "nhsuk.css" if gzip => ("text/css; charset=utf-8", NHSUK_GZIP, true),
        "nhsuk.css" => ("text/css; charset=utf-8", NHSUK, false),
        "chesil.css" => ("text/css; charset=utf-8", CHESIL, false),
        "icon.svg" => ("image/svg+xml", ICON, false),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let mut response = ([(header::CONTENT_TYPE, media)], body).into_response();
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if packed {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// A short mark of the style sheets' content, so that a browser keeps them until they change.
pub fn mark() -> &'static str {
    static MARK: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    MARK.get_or_init(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(NHSUK_GZIP).update(CHESIL).update(ICON);
        hasher.finalize().to_hex().chars().take(10).collect()
    })
}
