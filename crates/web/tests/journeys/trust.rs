//! Refused, an emergency, who checks it, and the person who sees all of it.

use super::*;

fn given_margaret_signs_in(world: &World) {
    let number = record::NhsNumber::parse("9990000026").unwrap();
    care::access::bind_demo_users(&world.care, number, store::now()).unwrap();
}

/// Somebody whom the search finds and whose record does not open to this reader.
async fn somebody_shut(world: &World, browser: &mut Browser) -> (String, Answer) {
    let truth: Vec<TruePerson> = synthetic::truth(store::plan(PEOPLE)).take(60).collect();
    for person in &truth {
        let found = when_they_look_for(browser, &traits(person)).await;
        let Some(path) = found.links("/people/").first().cloned() else {
            continue;
        };
        let answer = browser.open(&path).await;
        if answer.status == StatusCode::FORBIDDEN {
            return (path, answer);
        }
    }
    panic!("every record opens to them, of {}", world.care.system().name);
}

#[tokio::test]
async fn an_emergency_opens_a_record_with_a_banner_and_the_privacy_officer_checks_it() {
    let world = given_the_partners_have_sent();
    let mut doctor = Browser::of(&world.router, "ward").await;
    let (path, refused) = somebody_shut(&world, &mut doctor).await;
    let form = format!("{path}/emergency");
    assert!(
        refused
            .words()
            .contains("Nothing here shows that you care for this person"),
        "{}",
        refused.words()
    );
    assert!(
        refused.links(&path).contains(&form),
        "the refusal says what is possible"
    );
    let asked = doctor.see(&form).await.words();
    let top = asked.split("Open this record in an emergency").next().unwrap();
    assert!(
        !top.contains("Practice not known"),
        "a known practice is called unknown: {top}"
    );
    let unsaid = doctor.send(&form, &[("said", "x")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.words().contains("Choose why this is an emergency"));
    assert_eq!(doctor.open(&path).await.status, StatusCode::FORBIDDEN);
    let fields = [("reason", "danger"), ("said", "Collapsed on the ward, cannot speak")];
    assert_eq!(doctor.send(&form, &fields).await.leads_to, path);
    for page in [path.clone(), format!("{path}/summary"), format!("{path}/looked")] {
        let shown = doctor.see(&page).await.text;
        assert!(shown.contains("You opened this record in an emergency"), "{page}");
    }
    let looks = doctor.see(&format!("{path}/looked")).await.words();
    assert!(
        looks.contains("They were asked whether this is an emergency"),
        "{looks}"
    );
    let mut officer = Browser::of(&world.router, "privacy").await;
    let listed = officer.see("/emergencies").await;
    for words in [
        "1 waits to be checked",
        "Dr Priya Lulworth",
        "Collapsed on the ward",
        "Open until",
    ] {
        assert!(listed.words().contains(words), "{words}: {}", listed.words());
    }
    let number = listed
        .text
        .split("/emergencies/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let checked = format!("/emergencies/{number}/checked");
    let unsaid = officer.send(&checked, &[("finding", "")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let row = unsaid.text.split("id=\"finding\"").nth(1);
    assert!(
        row.is_some_and(|row| row.contains("was it right to open this record?")),
        "the row itself says what is missing"
    );
    assert_eq!(
        officer
            .send(&checked, &[("finding", "Rang the ward: right")])
            .await
            .leads_to,
        "/emergencies"
    );
    let after = officer.see("/emergencies").await.words();
    assert!(
        after.contains("None waits to be checked") && after.contains("Rang the ward: right"),
        "{after}"
    );
    assert_eq!(doctor.open("/emergencies").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn safety_9_the_person_sees_who_looked_in_plain_words() {
    let world = given_the_partners_have_sent();
    given_margaret_signs_in(&world);
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, _) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let mut resident = Browser::of(&world.router, "resident").await;
    assert_eq!(
        resident.open("/").await.leads_to,
        path,
        "her own record is her front door"
    );
    let own = resident.see(&path).await.words();
    assert!(!own.contains("May be the same person"), "{own}");
    assert!(
        !own.contains("Death Not recorded here"),
        "nobody reads of their own death that it is not recorded: {own}"
    );
    let looked = resident.see(&format!("{path}/looked")).await.words();
    for words in ["Nia Marlow", "You are seen by their service that day", "Ask about it"] {
        assert!(looked.contains(words), "{words}: {looked}");
    }
    let other = world.named("Darren", "Trim");
    let (others, _) = when_they_open_the_record_of(&mut nurse, other).await;
    assert_eq!(
        resident.open(&others).await.status,
        StatusCode::FORBIDDEN,
        "nobody else's"
    );
    let mut carer = Browser::of(&world.router, "carer").await;
    assert_eq!(carer.open("/").await.leads_to, path);
    carer.see(&path).await;
    assert_eq!(
        carer.open(&format!("{path}/looked")).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn the_audit_is_searched_by_the_privacy_officer_alone() {
    let world = given_the_partners_have_sent();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    assert_eq!(nurse.open("/audit").await.status, StatusCode::FORBIDDEN);
    let mut officer = Browser::of(&world.router, "privacy").await;
    officer.see("/audit").await;
    let found = officer
        .send("/audit", &[("user", "nurse"), ("outcome", "granted")])
        .await
        .words();
    assert!(found.contains("Nia Marlow") && found.contains("the record"), "{found}");
    let refused = officer
        .send("/audit", &[("user", "nurse"), ("outcome", "refused")])
        .await
        .words();
    assert!(refused.contains("Nothing: asked for"), "{refused}");
    let nobody = officer.send("/audit", &[("user", "nobody-of-this-name")]).await.words();
    assert!(nobody.contains("No look like this"), "{nobody}");
}

#[tokio::test]
async fn a_social_worker_has_a_list_of_those_in_her_care() {
    let world = given_the_partners_have_sent();
    let mut social = Browser::of(&world.router, "social").await;
    assert!(
        social
            .see("/mine")
            .await
            .words()
            .contains("Nobody stands on your caseload")
    );
    given_margaret_signs_in(&world);
    let listed = social.see("/mine").await;
    assert!(listed.words().contains("LOVELESS, Margaret"), "{}", listed.words());
    social.see(&listed.links("/people/")[0]).await;
}

#[tokio::test]
async fn a_refusal_says_what_is_so_for_whoever_was_refused() {
    let world = given_the_partners_have_sent();
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, _) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let looked = format!("{path}/looked");
    for (user, page, says) in [
        ("analyst", &path, "opens nobody’s record"),
        ("board", &path, "opens nobody’s record"),
        (
            "reception",
            &path,
            "A front desk finds people and sees how to reach them",
        ),
        ("carer", &path, "ask the GP practice of the person"),
        ("carer", &looked, "ask the GP practice of the person"),
        ("engineer", &path, "looks after what systems send"),
        ("link", &path, "Your role sees what was referred to you"),
    ] {
        let mut browser = Browser::of(&world.router, user).await;
        let refused = browser.open(page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{user}");
        let words = refused.words();
        assert!(words.contains(says), "{user}, {page}: {words}");
        assert!(
            says.contains("referred") || !words.contains("referred to you"),
            "{user} is told what another role may do: {words}"
        );
        assert!(
            !words.contains("Open it in an emergency"),
            "{user} is offered what their role cannot do: {words}"
        );
    }
}
