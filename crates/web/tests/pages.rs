//! Every template renders from sample values, and every page says what every page must say.

mod samples;

use samples::{Sample, all};

fn each(check: impl Fn(&str, &str)) {
    for Sample { path, page } in all() {
        let html = page.unwrap_or_else(|error| panic!("{path}: {error}"));
        check(&path, &html);
    }
}

#[test]
fn every_page_is_signed_invented_and_not_for_clinical_use() {
    each(|path, html| {
        assert!(html.contains("Invented people"), "{path}");
        assert!(
            html.contains("not for clinical use until a registered Clinical Safety Officer signs"),
            "{path}"
        );
        assert!(html.contains("Dorset shared care record"), "{path}");
    });
}

/// SAFETY 6: on every page about people, except the form itself and before anyone is signed in.
#[test]
fn something_is_wrong_is_on_every_page() {
    each(|path, html| {
        let the_form_itself = path.starts_with("/wrong/") || path.starts_with("/sign-in");
        assert!(the_form_itself || html.contains("/wrong/new?about="), "{path}");
    });
}

#[test]
fn no_page_has_script_or_inline_style() {
    each(|path, html| {
        for banned in [
            "<script",
            " style=",
            "<style",
            " onclick",
            " onload",
            "javascript:",
            "=\"http",
            "url(",
        ] {
            let found = html.find(banned);
            assert_eq!(found, None, "{path} has {banned}");
        }
    });
}

#[test]
fn every_form_that_changes_something_carries_its_token() {
    each(|path, html| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or("");
            let posts = form.contains(r#"method="post""#);
            assert!(!posts || form.contains(r#"name="csrf""#), "{path}: {form}");
        }
    });
}

/// SAFETY 12: no name and no NHS number in any address or title.
#[test]
fn no_name_or_number_stands_in_an_address() {
    each(|path, html| {
        for part in html
            .split(&[' ', '>'][..])
            .filter(|part| part.starts_with("href=") || part.starts_with("action="))
        {
            let part = part.to_lowercase();
            assert!(!part.contains("hammond") && !part.contains("999"), "{path}: {part}");
        }
        let title = html
            .split("<title>")
            .nth(1)
            .and_then(|rest| rest.split("</title>").next())
            .unwrap_or("");
        assert!(
            !title.to_lowercase().contains("hammond") && !title.contains("999"),
            "{path}: {title}"
        );
    });
}

/// SAFETY 6: every one of the seven is on the page, and what nobody sent is not shown as none.
#[test]
fn not_recorded_here_never_means_none() {
    let html = samples::page("/people/0f1e2d3c4b5a69788796a5b4c3d2e1f0");
    for label in [
        "Allergies",
        "Resuscitation (ReSPECT, DNACPR)",
        "Advance decision to refuse treatment",
        "Power of attorney for health",
        "Contingency plan",
        "Death",
        "Sex",
    ] {
        assert!(html.contains(&format!("{label}</dt>")), "{label}");
    }
    assert!(html.contains("Not recorded here") && html.contains("does not mean none"));
    let bare = samples::page("/people/00000000000000000000000000000000");
    assert_eq!(bare.matches("<dd>Not recorded here</dd>").count(), 7);
}

/// What came from outside is text, wherever it stands.
#[test]
fn what_was_sent_is_escaped() {
    each(|path, html| assert!(!html.contains("<b>bold</b>"), "{path}"));
    assert!(samples::page("/people/0f1e2d3c4b5a69788796a5b4c3d2e1f0/entries/2").contains("&#60;b&#62;bold"));
}
