//! Serves every page with sample values, to be looked at: `cargo run -p web --example gallery [PORT]`.

#[path = "../tests/samples/mod.rs"]
mod samples;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8099".into());
    let app = Router::new()
        .merge(web::site::assets::router())
        .fallback(page)
        .layer(axum::middleware::map_response(web::site::headers::secure));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}/gallery", listener.local_addr()?);
    axum::serve(listener, app).await
}

async fn page(uri: Uri) -> Response {
    let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
    let all = samples::all();
    if asked == "/gallery" {
        let links: String = all
            .iter()
            .map(|sample| format!("<li><a href=\"{0}\">{0}</a></li>\n", sample.path))
            .collect();
        return Html(format!(
            "<!DOCTYPE html><html lang=\"en\"><title>Gallery</title><h1>Gallery</h1><ul>{links}</ul></html>"
        ))
        .into_response();
    }
    match all.into_iter().find(|sample| sample.path == asked) {
        Some(sample) => match sample.page {
            Ok(page) => Html(page).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        },
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
