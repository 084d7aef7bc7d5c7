//! Every page in a real browser: axe finds nothing, nothing is too wide for a phone, and each stop of the
//! keyboard can be seen. The checks themselves are in `tests/pages/`.

mod samples;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use std::path::Path;
use std::process::Command;

#[test]
fn every_page_in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ready = root.join("node_modules/playwright-core").exists() && root.join("node_modules/axe-core").exists();
    if !ready {
        assert_ne!(
            std::env::var("CHESIL_TESTS_MAY_SKIP").as_deref(),
            Ok("no"),
            "run `make assets` first"
        );
        eprintln!("SKIPPED every_page_in_a_browser: run `make assets`, which installs what drives the browser");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new()
        .merge(web::site::assets::router())
        .fallback(page)
        .layer(axum::middleware::map_response(web::site::headers::secure));
    runtime.spawn(async move { axum::serve(listener, app).await });
    let walk = Command::new("node")
        .arg(root.join("tests/pages/walk.mjs"))
        .args([base.as_str(), "--gallery"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walk.stdout);
    assert!(
        walk.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&walk.stderr)
    );
}

async fn page(uri: Uri) -> Response {
    let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
    let all = samples::all();
    if asked == "/gallery" {
        let links: String = all
            .iter()
            .map(|sample| format!("<a href=\"{}\">-</a>", sample.path))
            .collect();
        return Html(links).into_response();
    }
    match all.into_iter().find(|sample| sample.path == asked) {
        Some(sample) => Html(sample.page.unwrap()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
