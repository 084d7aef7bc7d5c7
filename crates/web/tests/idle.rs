//! Being signed out for want of use. By itself, because the clock that it moves on is everyone's in a process.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "store/client.rs"]
mod client;
mod store;

use axum::http::StatusCode;
use client::{Browser, minutes_pass, serving};

#[tokio::test]
async fn being_signed_out_loses_nothing_that_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let care = store::filled(folder.path(), 4);
    store::troubled(&care);
    let router = serving(&care);
    let mut steward = Browser::of(&router, "steward").await;
    let item = steward.see("/feeds/quarantine").await.links("/feeds/quarantine/")[0].clone();
    for (form, to, fields) in [
        (
            "/wrong/new".to_owned(),
            "/wrong".to_owned(),
            vec![("wrong", "fact"), ("said", "Left, not right & <b>")],
        ),
        (
            "/people".to_owned(),
            "/people".to_owned(),
            vec![("asked", "Left, not right & <b>")],
        ),
        (
            item.clone(),
            format!("{item}/mended"),
            vec![("body", "Left, not right & <b>")],
        ),
    ] {
        steward.see(&form).await;
        minutes_pass(20);
        steward.see(&form).await;
        minutes_pass(31);
        let sent = steward.send(&to, &fields).await;
        assert_eq!(sent.status, StatusCode::UNAUTHORIZED, "{to}");
        assert!(sent.words().contains("What you typed is kept"), "{}", sent.words());
        let typed = sent
            .text
            .split("name=\"typed\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let typed = typed.replace("&#38;", "&").replace("&amp;", "&");
        let again = steward
            .send("/sign-in", &[("user", "steward"), ("onward", &to), ("typed", &typed)])
            .await;
        assert_eq!(again.status, StatusCode::OK, "{to}: {}", again.words());
        assert!(
            again.text.contains("Left, not right &#38; &#60;b&#62;"),
            "{to}: {}",
            again.text
        );
        // It was not sent by signing in, and the form can be sent now.
        assert_ne!(steward.send(&to, &fields).await.status, StatusCode::FORBIDDEN, "{to}");
    }
    minutes_pass(31);
    let sent = steward
        .send_without_token("/wrong", &[("said", "from elsewhere")])
        .await;
    assert!(
        !sent.text.contains("from+elsewhere") && !sent.text.contains("from elsewhere"),
        "only our own form is kept"
    );
}
