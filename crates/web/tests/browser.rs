//! Every page in a real browser: axe finds nothing, nothing is too wide for a phone, each stop of the keyboard
//! can be seen, and the nurse's task is done by keyboard with scripts off. The checks are in `tests/pages/`.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

mod samples;

use std::path::Path;
use std::process::Command;

/// Walks the samples with these options; says so loudly when there is no browser to do it with.
fn walk(options: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ready = ["playwright-core", "axe-core"]
        .iter()
        .all(|name| root.join("node_modules").join(name).exists());
    if !ready {
        assert_ne!(
            std::env::var("CHESIL_TESTS_MAY_SKIP").as_deref(),
            Ok("no"),
            "run `make assets` first"
        );
        eprintln!("SKIPPED {options:?}: run `make assets`, which installs what drives the browser");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, samples::serve::router()).await });
    let walk = Command::new("node")
        .arg(root.join("tests/pages/walk.mjs"))
        .arg(base)
        .args(options)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walk.stdout);
    assert!(
        walk.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&walk.stderr)
    );
}

#[test]
fn every_page_in_a_browser() {
    walk(&["--gallery"]);
}

#[test]
fn the_nurses_task_by_keyboard_with_scripts_off() {
    walk(&["--as", "nia", "--asked", "4 5 1945 ham", "--pages", "3"]);
}
