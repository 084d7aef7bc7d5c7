//! What happened to an account stands first after signing in, until its owner says whether it was them.

use super::*;

/// The things that a page shows, as its form sends them back.
fn seen(page: &Answer) -> Vec<String> {
    let all = page.text.split("name=\"seen\" value=\"").skip(1);
    all.filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

async fn says(browser: &mut Browser, page: &Answer, answer: &str, onward: &str) -> Answer {
    let seen = seen(page);
    let mut fields = vec![("answer", answer), ("onward", onward)];
    fields.extend(seen.iter().map(|one| ("seen", one.as_str())));
    browser.send("/account/happened", &fields).await
}

const TOLD: &str = "Something happened to your account";

#[tokio::test]
async fn asvs_6_3_5_odd_sign_ins_stand_first_after_the_next_and_stay_until_their_owner_answers() {
    let world = given_a_system(Stamp::Live).await;
    let one = given_an_account(&world.care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&world.router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    let quiet = nia.signs_in(&mut own).await;
    assert_eq!(quiet.leads_to, "/", "nothing odd, and nothing is said");
    let page = own.see("/account/happened").await;
    assert!(page.words().contains("Nothing happened to it"), "{}", page.words());
    assert!(!own.see("/people").await.text.contains(TOLD));
    let mut stranger = Browser::fresh(&world.router);
    stranger.network = "198.51.100.4".to_owned();
    stranger.see("/sign-in?by=password").await;
    for guess in ["one guess", "another guess", PASSWORD] {
        let fields = [("user", "nia.marlow"), ("password", guess), ("code", "000000")];
        stranger.send("/sign-in", &fields).await;
    }
    // At once where she is signed in, and first of all when she next signs in on her way somewhere.
    assert!(own.see("/people").await.text.contains(TOLD));
    minutes_pass(1);
    own.see("/sign-in?by=password").await;
    let code = nia.code();
    let fields = [
        ("user", "nia.marlow"),
        ("password", PASSWORD),
        ("code", code.as_str()),
        ("onward", "/feeds"),
    ];
    let led = own.send("/sign-in", &fields).await;
    assert_eq!(led.leads_to, "/account/happened?onward=/feeds");
    let page = own.see(&led.leads_to).await;
    let words = page.words();
    for told in [
        "2 tries to sign in as you, with a wrong password",
        "1 try to sign in as you, with your right password and a wrong code",
        "somebody knows your password",
        "at a browser that you had not used: Firefox on Windows",
        "This was not me",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert!(
        page.text.contains("href=\"/feeds\""),
        "she can go on to whoever needs her"
    );
    assert!(own.see("/feeds").await.text.contains(TOLD), "and it stays");
    let page = own.see("/account/happened").await;
    let unsaid = says(&mut own, &page, "", "/feeds").await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(says(&mut own, &page, "me", "/feeds").await.leads_to, "/feeds");
    assert!(!own.see("/feeds").await.text.contains(TOLD));
    assert_eq!(nia.signs_in(&mut own).await.leads_to, "/");
    let rows = world.care.audit().latest(200).unwrap();
    let count = |act: &str| {
        rows.iter()
            .filter(|row| row.act == act && row.actor == "nia.marlow")
            .count()
    };
    assert_eq!(count("say that it was them"), 1);
    assert_eq!(count("see what happened to own account"), 4, "every look");
}

#[tokio::test]
async fn asvs_6_3_7_this_was_not_me_ends_every_other_session_and_the_privacy_officer_reads_it() {
    let world = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&world.care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&world.router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    let mut thief = Browser::fresh(&world.router);
    thief.network = "198.51.100.4".to_owned();
    let inside = nia.signs_in(&mut thief).await;
    assert_eq!(inside.leads_to, "/", "a session is not told of itself");
    thief.see("/people").await;
    let led = nia.signs_in(&mut own).await;
    assert_eq!(led.leads_to, "/account/happened");
    let page = own.see(&led.leads_to).await;
    assert!(
        page.words().contains("A sign-in as you, at a browser that was new"),
        "{}",
        page.words()
    );
    let done = says(&mut own, &page, "not-me", "//elsewhere.example").await;
    assert_eq!(done.status, StatusCode::OK);
    for told in [
        "signed out everywhere but here",
        "Change your password",
        "Make new recovery codes",
    ] {
        assert!(done.words().contains(told), "{told}: {}", done.words());
    }
    assert!(!done.text.contains("elsewhere.example"), "led on to no other site");
    assert_eq!(thief.open("/people").await.status, StatusCode::SEE_OTHER);
    assert_eq!(own.see("/people").await.status, StatusCode::OK);
    let mut officer = Browser::of(&world.router, "privacy").await;
    let flags = officer.see("/audit").await.words();
    assert!(
        flags.contains("Said that this was not them: a sign-in at a browser not used before"),
        "{flags}"
    );
    assert!(flags.contains("Nia Marlow"), "{flags}");
    // Pressed twice, it is said once.
    assert_eq!(says(&mut own, &page, "not-me", "/people").await.leads_to, "/people");
}

/// A form of theirs that was typed before comes first; the notice stands above it.
#[tokio::test]
async fn what_was_typed_before_comes_back_first_and_the_notice_stands_above_it() {
    let world = given_a_system(Stamp::Live).await;
    let one = given_an_account(&world.care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&world.router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    own.see("/wrong/new").await;
    minutes_pass(31);
    account::suspend(&world.care, "nia.marlow", false, "system:test", clock()).unwrap();
    let said = [("wrong", "fact"), ("said", "The dose & the day")];
    assert_eq!(own.send("/wrong", &said).await.status, StatusCode::UNAUTHORIZED);
    let back = nia.tries(&mut own, PASSWORD).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.words());
    assert!(back.text.contains("The dose &#38; the day") && back.text.contains(TOLD));
}
