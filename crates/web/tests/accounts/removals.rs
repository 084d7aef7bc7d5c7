//! An entry destroyed for ever: whoever confirms it shows once more that it is them.

use super::*;

/// An entry of Margaret's that her practice asked to have removed; answers her record and the entry.
async fn given_a_removal_waits(world: &World) -> (String, String) {
    for delivery in synthetic::deliveries(store::plan(4)) {
        store::send(&world.care, &delivery.feed, &delivery.bytes, store::now());
    }
    let number = record::NhsNumber::parse("9990000026").unwrap();
    care::access::bind_demo_users(&world.care, number, store::now()).unwrap();
    let mut gp = Browser::of(&world.router, "gp").await;
    gp.see("/people").await;
    let found = gp.send("/people", &[("asked", "9990000026")]).await;
    let person = found.links("/people/")[0].clone();
    for entry in gp.see(&person).await.links(&format!("{person}/entries/")) {
        let form = format!("{entry}/removal");
        if gp.open(&form).await.status != StatusCode::OK {
            continue;
        }
        let asked = [("ground", "wrong-person"), ("words", "our records lead, 12/2026")];
        if gp.send(&form, &asked).await.status == StatusCode::SEE_OTHER {
            return (person, entry);
        }
    }
    panic!("nothing of the practice's can be removed by itself")
}

#[tokio::test]
async fn safety_7_an_entry_is_destroyed_only_by_somebody_who_shows_again_that_it_is_them() {
    let world = given_a_system(Stamp::Demo).await;
    let (_, entry) = given_a_removal_waits(&world).await;
    let one = given_an_account(&world.care, "Idris Kimmeridge", "privacy officer", "QVV");
    let mut officer = Browser::fresh(&world.router);
    let idris = when_they_set_it_up(&mut officer, &one).await;
    let mut late = Browser::fresh(&world.router);
    idris.signs_in(&mut late).await;
    late.see("/removals").await;
    minutes_pass(16);
    let said = "Rang the practice & saw the letter";
    let fields = [("answer", "remove"), ("words", said)];
    let asked = late.send("/removals/1", &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let words = asked.words();
    assert!(words.contains("Show that it is still you"), "{words}");
    assert!(words.contains("have an entry destroyed, or refuse it"), "{words}");
    assert!(
        asked.text.contains("Rang the practice &#38; saw the letter"),
        "and nothing is typed twice"
    );
    let mut gp = Browser::of(&world.router, "gp").await;
    gp.see(&entry).await;
    for wrong in ["000000", "", "not a code"] {
        late.see("/removals").await;
        let tried = [fields[0], fields[1], ("confirm-code", wrong)];
        assert_eq!(
            late.send("/removals/1", &tried).await.status,
            StatusCode::FORBIDDEN,
            "{wrong}"
        );
        gp.see(&entry).await;
    }
    late.see("/removals").await;
    let code = idris.code();
    let right = [fields[0], fields[1], ("confirm-code", &code)];
    assert_eq!(late.send("/removals/1", &right).await.leads_to, "/removals");
    assert_eq!(gp.open(&entry).await.status, StatusCode::NOT_FOUND);
    assert!(late.see("/removals").await.words().contains(said));
    let audited = world.care.audit().latest(200).unwrap();
    let count = |act: &str, outcome: &str| {
        let rows = audited.iter().filter(|row| row.act == act && row.outcome == outcome);
        rows.count()
    };
    assert_eq!(count("show second factor again", "granted"), 1);
    assert_eq!(count("remove an entry by law", "granted"), 1);
}

/// It was shown a moment ago: somebody who has just signed in is not asked twice.
#[tokio::test]
async fn whoever_has_just_signed_in_is_not_asked_again() {
    let world = given_a_system(Stamp::Demo).await;
    let (_, entry) = given_a_removal_waits(&world).await;
    let one = given_an_account(&world.care, "Idris Kimmeridge", "privacy officer", "QVV");
    let mut officer = Browser::fresh(&world.router);
    when_they_set_it_up(&mut officer, &one).await;
    officer.see("/removals").await;
    let refused = [("answer", "keep"), ("words", "the letter is about somebody else")];
    assert_eq!(officer.send("/removals/1", &refused).await.leads_to, "/removals");
    let mut gp = Browser::of(&world.router, "gp").await;
    gp.see(&entry).await;
}
