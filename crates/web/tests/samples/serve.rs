//! A server of the samples, near enough to the real one that a person, or a test, can walk through it.

use super::{PERSON, all};
use axum::Router;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

/// Every sample at its address, the style sheets, and `/gallery`, which lists them.
pub fn router() -> Router {
    Router::new()
        .merge(web::site::assets::router())
        .fallback(page)
        .layer(axum::middleware::map_response(web::site::headers::secure))
}

async fn page(method: Method, uri: Uri) -> Response {
    let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
    match (method, uri.path()) {
        (Method::POST, "/people") => sample("/people?found"),
        (Method::POST, "/wrong") => sample("/wrong/sent"),
        (Method::POST, "/sign-out") => Redirect::to("/sign-in").into_response(),
        (Method::POST, _) | (_, "/") => Redirect::to("/people").into_response(),
        (_, "/gallery") => gallery(),
        (_, path) if path.ends_with(".csv") => {
            ([(header::CONTENT_TYPE, "text/csv")], "invented people\n").into_response()
        }
        (_, path) if path.ends_with("/as-sent") => "Invented people".into_response(),
        _ => sample(asked),
    }
}

fn gallery() -> Response {
    let links: String = all()
        .iter()
        .map(|one| format!("<li><a href=\"{0}\">{0}</a></li>\n", one.path))
        .collect();
    let page = "<!DOCTYPE html><html lang=\"en\"><title>Gallery</title><h1>Gallery</h1>";
    Html(format!("{page}<ul>{links}</ul></html>")).into_response()
}

/// The sample at exactly this address; else at its path alone; else one of the same kind.
fn sample(asked: &str) -> Response {
    let path = asked.split('?').next().unwrap_or("");
    let kind = match path {
        entry if entry.contains("/entries/") => format!("{PERSON}/entries/2"),
        person if person.starts_with("/people/") => PERSON.to_owned(),
        item if item.starts_with("/feeds/quarantine/") => "/feeds/quarantine/4411".to_owned(),
        other => other.to_owned(),
    };
    let mut all = all();
    let found = [asked, path, &kind]
        .into_iter()
        .find_map(|wanted| all.iter().position(|one| one.path == wanted));
    match found.map(|at| all.swap_remove(at).page) {
        Some(Ok(page)) => Html(page).into_response(),
        Some(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
