//! Which person a member of staff is: said by a privacy officer in a page, and shown to nobody.

use super::*;

#[tokio::test]
async fn a_privacy_officer_says_which_person_a_nurse_is_and_she_no_longer_opens_her_own_record() {
    let world = given_a_system(Stamp::Demo).await;
    for delivery in synthetic::deliveries(store::plan(4)) {
        store::send(&world.care, &delivery.feed, &delivery.bytes, store::now());
    }
    let one = given_an_account(&world.care, "Nia Marlow", "clinician", "RDY");
    let mut nurse = Browser::fresh(&world.router);
    let nia = when_they_set_it_up(&mut nurse, &one).await;
    let margaret = record::NhsNumber::parse("9990000026").unwrap();
    let person = synthetic::truth(store::plan(4))
        .find(|one| one.nhs_number == margaret)
        .unwrap();
    let (number, born) = (person.nhs_number.digits(), person.born.words());
    let two = given_an_account(&world.care, "Idris Kimmeridge", "privacy officer", "QVV");
    let mut officer = Browser::fresh(&world.router);
    let idris = when_they_set_it_up(&mut officer, &two).await;
    idris.signs_in(&mut officer).await;
    let list = officer.see("/ties").await.words();
    assert!(
        list.contains("Nia Marlow") && list.contains("2 of 2 are missing"),
        "{list}"
    );
    let fields = [
        ("user", "nia.marlow"),
        ("number", number.as_str()),
        ("born", born.as_str()),
    ];
    // It opens nothing, and shuts much: it is asked for again whether it is him.
    minutes_pass(16);
    let asked = officer.send("/ties", &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(
        asked.words().contains("say which person a member of staff is"),
        "{}",
        asked.words()
    );
    let code = idris.code();
    officer.see("/ties").await;
    let wrong = [
        fields[0],
        fields[1],
        ("born", "1 1 1901"),
        ("confirm-code", code.as_str()),
    ];
    let none = officer.send("/ties", &wrong).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.words().contains("No one record has both"), "{}", none.words());
    assert!(none.text.contains(&number), "what was typed stands");
    officer.see("/ties").await;
    let done = officer.send("/ties", &fields).await;
    assert_eq!(done.leads_to, "/ties?done=tied", "{}", done.words());
    let page = officer.see(&done.leads_to).await;
    assert!(page.words().contains("1 of 2 is missing"), "{}", page.words());
    for hidden in [person.family.as_str(), &number, "/people/"] {
        let rest = page.text.replace("action=\"/people\"", "");
        assert!(!rest.contains(hidden), "{hidden} is shown to him");
    }
    let own = officer
        .send("/ties", &[("user", "idris.kimmeridge"), fields[1], fields[2]])
        .await;
    assert!(own.words().contains("Another privacy officer"), "{}", own.words());
    // She is told, and does not open it.
    let led = nia.signs_in(&mut nurse).await;
    let told = nurse.see(&led.leads_to).await.words();
    assert!(
        told.contains("Idris Kimmeridge wrote down which person of the record you are"),
        "{told}"
    );
    nurse.see("/people").await;
    let found = nurse.send("/people", &[("asked", &number)]).await;
    let record = found.links("/people/")[0].clone();
    assert_eq!(nurse.open(&record).await.status, StatusCode::FORBIDDEN);
    officer.see("/ties").await;
    let undo = [("user", "nia.marlow"), ("why", "")];
    let unsaid = officer.send("/ties/undo", &undo).await;
    assert!(
        unsaid.words().contains("Write why it is taken back"),
        "{}",
        unsaid.words()
    );
    officer.see("/ties").await;
    let undo = [("user", "nia.marlow"), ("why", "her namesake's number")];
    assert_eq!(officer.send("/ties/undo", &undo).await.leads_to, "/ties?done=undone");
    let rows = world.care.audit().latest(300).unwrap();
    let by_him = |act: &str| {
        rows.iter()
            .filter(|row| row.act == act && row.actor == "idris.kimmeridge")
            .count()
    };
    assert_eq!((by_him("tie account"), by_him("untie account")), (2, 1));
}
