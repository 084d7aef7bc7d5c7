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
        assert!(
            !sent.text.contains("not right &"),
            "{to}: it stands on a page that anyone may see"
        );
        // Whoever else signs in at this browser does not see it, and does not use it up.
        let other = steward
            .send("/sign-in", &[("user", "nurse"), ("onward", "/contact")])
            .await;
        assert_eq!(other.leads_to, "/contact", "{to}: {}", other.words());
        steward.see("/contact").await;
        steward.send("/sign-out", &[]).await;
        steward.see("/sign-in").await;
        let again = steward.send("/sign-in", &[("user", "steward"), ("onward", &to)]).await;
        assert_eq!(again.status, StatusCode::OK, "{to}: {}", again.words());
        assert!(
            again.text.contains("Left, not right &#38; &#60;b&#62;"),
            "{to}: {}",
            again.text
        );
        // It was not sent by signing in, and the form can be sent now.
        assert_ne!(steward.send(&to, &fields).await.status, StatusCode::FORBIDDEN, "{to}");
    }
    // A form that has no page of its own to stand in again.
    minutes_pass(31);
    steward
        .send("/wrong/1/closure", &[("outcome", "Left, not right & <b>")])
        .await;
    let again = steward.send("/sign-in", &[("user", "steward")]).await;
    assert!(
        again.text.contains("action=\"/wrong/1/closure\"") && again.text.contains("Left, not right &#38; &#60;b&#62;")
    );
    let once = steward.send("/sign-in", &[("user", "steward")]).await;
    assert_eq!(once.leads_to, "/", "it is given back once");
    minutes_pass(31);
    let sent = steward
        .send_without_token("/wrong", &[("said", "from elsewhere")])
        .await;
    assert!(
        !sent.words().contains("is kept"),
        "only our own form is kept: {}",
        sent.words()
    );
    steward.see("/sign-in").await;
    assert_eq!(steward.send("/sign-in", &[("user", "steward")]).await.leads_to, "/");
}
