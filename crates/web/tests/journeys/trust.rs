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

/// Whether a page leads to the form for an emergency, or is that form.
fn offers_an_emergency(page: &Answer) -> bool {
    page.links("/people/").iter().any(|link| link.ends_with("/emergency")) || page.text.contains("Open the record now")
}

/// A carer who acts for the person may read her record, and so may she herself, and a data steward: that one page of it is
/// refused to them must not look as if an emergency would open it.
#[tokio::test]
async fn whoever_can_declare_no_emergency_is_offered_none_and_reads_what_they_can_do() {
    let world = given_the_partners_have_sent();
    given_margaret_signs_in(&world);
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (hers, record) = when_they_open_the_record_of(&mut nurse, world.named("Margaret", "Loveless")).await;
    let (others, _) = when_they_open_the_record_of(&mut nurse, world.named("Darren", "Trim")).await;
    let version = format!("{}/versions/1", record.links(&format!("{hers}/entries/"))[0]);
    let (looked, summary) = (format!("{hers}/looked"), format!("{hers}/summary"));
    let mut daughter = Browser::of(&world.router, "carer").await;
    daughter.see(&hers).await;
    let (practice, planner) = ("ask the GP practice of the person", "opens nobody’s record");
    for (user, whose, page, says) in [
        ("carer", &hers, &looked, practice),
        ("carer", &hers, &version, practice),
        ("carer", &others, &others, practice),
        ("resident", &hers, &version, practice),
        ("resident", &others, &others, practice),
        ("analyst", &hers, &hers, planner),
        ("analyst", &others, &others, planner),
        ("board", &hers, &hers, planner),
        ("board", &others, &others, planner),
        ("steward", &hers, &summary, "Ask the person’s own care team"),
        ("reception", &hers, &hers, "A front desk finds people"),
        ("privacy", &others, &others, "Privacy officers see who looked"),
    ] {
        let mut browser = Browser::of(&world.router, user).await;
        let refused = browser.open(page).await;
        assert!(refused.words().contains(says), "{user}, {page}: {}", refused.words());
        let form = format!("{whose}/emergency");
        let asked = browser.open(&form).await;
        let fields = [("reason", "danger"), ("said", "Collapsed, and cannot speak to me")];
        let declared = browser.send(&form, &fields).await;
        for (what, answer) in [("page", &refused), ("form", &asked), ("declared", &declared)] {
            let words = answer.words();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{user}, {what}: {words}");
            assert!(!offers_an_emergency(answer), "{user} is offered one, {what}: {words}");
            assert!(words.contains("999 if life is in danger"), "{user}, {what}: {words}");
        }
        assert_eq!(browser.open(page).await.status, StatusCode::FORBIDDEN, "{user}: {page}");
    }
    // A nurse in the community, who does not care for this person, is offered one, and it opens.
    let mut nurse = Browser::of(&world.router, "community").await;
    let (shut, refused) = somebody_shut(&world, &mut nurse).await;
    assert!(offers_an_emergency(&refused), "{}", refused.words());
    let form = format!("{shut}/emergency");
    assert!(offers_an_emergency(&nurse.see(&form).await));
    let fields = [("reason", "danger"), ("said", "Collapsed, and cannot speak to me")];
    assert_eq!(nurse.send(&form, &fields).await.leads_to, shut);
    nurse.see(&shut).await;
    let declared: Vec<(String, bool)> = world
        .audited()
        .into_iter()
        .filter(|row| row.act == "declare emergency")
        .map(|row| (row.actor, row.outcome == "granted"))
        .collect();
    assert_eq!(declared.len(), 13, "each is in the audit: {declared:?}");
    let granted: Vec<&str> = declared.iter().filter(|one| one.1).map(|one| one.0.as_str()).collect();
    assert_eq!(granted, ["community"]);
}

/// Whoever reads a record with a part kept back reads who can open it: an emergency, if they can declare one.
#[tokio::test]
async fn a_data_steward_from_whom_part_is_kept_is_told_whom_to_ask_and_offered_no_emergency() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = super::rights::margaret(&world).await;
    let mut gp = Browser::of(&world.router, "gp").await;
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let mut steward = Browser::of(&world.router, "steward").await;
    let sealed = super::rights::an_entry_that_is_theirs_to_seal(&mut gp, &path).await;
    gp.see(&format!("{sealed}/sharing")).await;
    let fields = [("choice", "seal"), ("words", "she asked me to")];
    gp.send(&format!("{sealed}/sharing"), &fields).await;
    let seen = steward.see(&path).await;
    assert!(seen.text.contains("Part of this record is sealed"), "{}", seen.words());
    assert!(
        seen.text
            .contains("The organisation that wrote it can open it: ask them.")
    );
    assert!(!offers_an_emergency(&seen));
    assert!(offers_an_emergency(&nurse.see(&path).await));
    let form = format!("{path}/sharing/objection");
    resident.see(&form).await;
    resident.send(&form, &[("with", "everybody"), ("words", "")]).await;
    let seen = steward.see(&path).await;
    assert!(
        seen.text.contains("has asked that their record is not shared"),
        "{}",
        seen.words()
    );
    assert!(seen.text.contains("Ask those who care for the person."));
    assert!(!offers_an_emergency(&seen));
    assert!(offers_an_emergency(&nurse.see(&path).await));
}
