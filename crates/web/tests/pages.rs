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
fn safety_17_18_every_page_is_signed_invented_and_not_for_clinical_use() {
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

/// Whoever has several tabs open, or scrolls, sees whose page it is before anything that it says of them.
#[test]
fn every_page_about_a_person_says_first_whose_it_is() {
    let mut about_a_person = 0;
    each(|path, html| {
        let id = path.strip_prefix("/people/").and_then(|rest| rest.get(..32));
        if !id.is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return;
        }
        let at = |words: &str| html.find(words).unwrap_or(usize::MAX);
        let (who, heading) = (at("aria-label=\"Who this is\""), at("<h1"));
        assert!(
            who < heading,
            "{path}: who it is about comes after the heading, or never"
        );
        let said = &html[who..heading];
        for words in ["who-surname", "born ", "NHS "] {
            assert!(said.contains(words), "{path}: {words}");
        }
    });
    for Sample { path, .. } in all() {
        about_a_person += u32::from(path.starts_with(samples::PERSON));
    }
    assert!(about_a_person >= 4, "{about_a_person} pages about a person");
}

/// SAFETY 13: before and after the form that no staffed service owns, and when it has been sent.
#[test]
fn safety_13_nobody_reads_this_straight_away_stands_before_and_after_the_form() {
    const NOBODY: &str = "Nobody reads this straight away.";
    let html = samples::page("/wrong/new");
    let form = html.find("<form method=\"post\" action=\"/wrong\"").unwrap();
    let (before, form) = html.split_at(form);
    let (_, after) = form.split_once("</form>").unwrap();
    let sent = samples::page("/wrong/sent");
    for part in [before, after, &sent] {
        let (_, said) = part.split_once(NOBODY).unwrap_or_else(|| panic!("{part}"));
        let said = said.split("</div>").next().unwrap();
        for number in ["999", "111", "option 2 for mental health", "Local duty number"] {
            assert!(said.contains(number), "{number}: {said}");
        }
    }
}

/// SAFETY 6: what is printed for downtime says when and by whom, that this is written down, and until when it holds.
#[test]
fn safety_6_a_printed_summary_is_dated_and_says_how_long_it_is_true() {
    let html = samples::page(&format!("{}/summary", samples::PERSON));
    let (_, said) = html.split_once("<p class=\"printed\">").unwrap();
    let said = said.split("</p>").next().unwrap();
    for words in [
        "Printed ",
        " by ",
        "(audit row ",
        "True only as of then: destroy it when the system is back.",
        "Invented people.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
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
