//! Serves the real pages over a store of invented people in a temporary folder, to be looked at:
//! `cargo run -p web --example invented -- [PORT] [PEOPLE]`.

#[path = "../tests/store/mod.rs"]
mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use web::serving::{Site, router};

static COUNT: AtomicU8 = AtomicU8::new(0);

/// Tokens that anyone could guess: only for looking at pages on one's own machine.
fn counted() -> Option<[u8; 32]> {
    Some([COUNT.fetch_add(1, Ordering::Relaxed); 32])
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().unwrap_or_else(|| "8098".into());
    let people = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(40);
    let folder = tempfile::tempdir()?;
    let care = store::filled(folder.path(), people);
    store::troubled(&care);
    if let Some(number) = record::NhsNumber::parse("9990000026") {
        care::access::bind_demo_users(&care, number, store::now()).map_err(std::io::Error::other)?;
    }
    let site = Arc::new(Site {
        invented: None,
        care,
        now: store::now,
        random: counted,
        machines: Vec::new(),
        secure_cookies: false,
        sign_in: store::sign_in(),
    });
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, router(site)).await
}
