//! Serves an empty demo store on the address given, for trying FHIR clients against:
//! `cargo run -p web --example fhir_serve -- 127.0.0.1:8099`, tokens `sender` and `reader`.

#![allow(clippy::unwrap_used, reason = "a tool for tests says where it broke")]
#![allow(clippy::disallowed_methods, reason = "an example is its own rim")]

#[path = "../tests/store/mod.rs"]
mod store;

use care::access::{Actor, Role};
use record::{Instant, OrgCode};
use std::sync::Arc;
use web::serving::{Machine, Site, router};

fn now() -> Instant {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Instant(i64::try_from(since.as_micros()).unwrap())
}

fn random() -> Option<[u8; 32]> {
    Some(*blake3::hash(&now().0.to_le_bytes()).as_bytes())
}

fn machine(token: &str, role: Role, sender: Option<&str>) -> Machine {
    Machine {
        token_digest: *blake3::hash(token.as_bytes()).as_bytes(),
        actor: Actor {
            user: token.to_owned(),
            name: token.to_owned(),
            role,
            organisation: "a test".to_owned(),
            works_for: None,
        },
        sender: sender.and_then(OrgCode::parse),
    }
}

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let site = Site {
        invented: None,
        care: store::empty(folder.path()),
        now,
        random,
        machines: vec![
            machine("sender", Role::Sender, Some("R0D")),
            machine("reader", Role::CareSystem, None),
        ],
        secure_cookies: false,
        sign_in: store::sign_in(),
    };
    let listener = tokio::net::TcpListener::bind(&address).await.unwrap();
    eprintln!("http://{address}");
    axum::serve(listener, router(Arc::new(site))).await.unwrap();
}
