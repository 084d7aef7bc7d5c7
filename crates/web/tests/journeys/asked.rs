//! What people ask for by right: a copy of all that is held, an entry put right, by what right it is held.

use super::rights::margaret;
use super::*;

/// The text of one file of a ZIP file, read with the system's own tool: no code shared with what wrote it.
fn unzipped(bytes: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.zip");
    std::fs::write(&path, bytes).unwrap();
    let script = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    let read = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .arg(name)
        .output()
        .unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap()
}

#[tokio::test]
async fn a_resident_asks_for_a_copy_of_all_that_is_held_and_alone_opens_it() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let contact = r#"{"resourceType":"RelatedPerson","id":"rp-77","patient":{"reference":"Patient/LOCAL"},"relationship":[{"text":"Neighbour"}],"name":[{"text":"Rosalind Quillfeather"}],"telecom":[{"system":"phone","value":"01632 960777"}]}"#;
    let note = r#"{"resourceType":"Condition","id":"rp-78","code":{"text":"Worried"},"subject":{"reference":"Patient/LOCAL"},"onsetDateTime":"2026-10-20","note":[{"text":"Rosalind Quillfeather rang about her"}]}"#;
    let local = &world
        .named("Margaret", "Loveless")
        .records
        .iter()
        .find(|one| one.sender == "DEMO-GP01")
        .unwrap()
        .local_id;
    let sent = format!("{contact}\n{note}").replace("LOCAL", local);
    store::send(&world.care, "gp01-fhir", sent.as_bytes(), store::now());
    let mut nurse = Browser::of(&world.router, "nurse").await;
    assert!(
        nurse.see(&path).await.text.contains("Rosalind Quillfeather"),
        "staff see whom to ring"
    );
    let mut social = Browser::of(&world.router, "social").await;
    social.see(&format!("{path}/sharing/online")).await;
    social
        .send(
            &format!("{path}/sharing/online"),
            &[("whose", "carer"), ("words", "made to show it")],
        )
        .await;

    let page = format!("{path}/copy");
    assert!(
        resident
            .see(&format!("{path}/sharing"))
            .await
            .links(&page)
            .contains(&page),
        "a person finds it"
    );
    resident.see(&page).await;
    assert_eq!(resident.send(&page, &[]).await.leads_to, page);
    assert!(resident.see(&page).await.words().contains("Waits to be made"));
    assert!(
        resident
            .send(&page, &[])
            .await
            .words()
            .contains("A copy is being made already")
    );
    assert!(web::rights::copies::make_one(&world.care, store::now()).unwrap());
    assert!(
        !web::rights::copies::make_one(&world.care, store::now()).unwrap(),
        "none waits"
    );
    let ready = resident.see(&page).await;
    assert!(
        ready.words().contains("Ready until 2 December 2026"),
        "{}",
        ready.words()
    );
    let file = ready.links(&format!("{page}/"))[0].clone();
    for other in ["nurse", "carer", "privacy", "steward", "gp"] {
        let mut browser = Browser::of(&world.router, other).await;
        assert_eq!(browser.open(&file).await.status, StatusCode::FORBIDDEN, "{other}");
    }
    let bytes = resident.fetch(&file).await;
    for name in ["record.html", "record.json"] {
        let text = unzipped(&bytes, name);
        for held in [
            "penicillin",
            "Margaret",
            "Nia Marlow",
            "Neighbour",
            "The law lets some things be left out",
        ] {
            assert!(text.contains(held), "{held} is not in {name}");
        }
        for hidden in ["Quillfeather", "01632 960777", "made to show it", "uspended"] {
            assert!(!text.contains(hidden), "{hidden} is in {name}");
        }
    }
    let json: serde_json::Value = serde_json::from_str(&unzipped(&bytes, "record.json")).unwrap();
    assert!(json["entries"].as_array().unwrap().len() > 20 && json["invented"] == true);
    let row = world.audited().into_iter().find(|row| row.act == "export").unwrap();
    assert_eq!((row.actor.as_str(), row.outcome.as_str()), ("resident", "granted"));
    assert!(
        resident.see(&page).await.words().contains("2 November 2026"),
        "when it was opened"
    );
}

#[tokio::test]
async fn the_privacy_officer_asks_for_a_copy_and_cannot_open_it() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let page = format!("{path}/copy");
    let mut officer = Browser::of(&world.router, "privacy").await;
    officer.see(&page).await;
    assert_eq!(
        officer.send(&page, &[]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "how they asked must be said"
    );
    officer
        .send(&page, &[("words", "by letter; her signature matched")])
        .await;
    assert!(web::rights::copies::make_one(&world.care, store::now()).unwrap());
    let shown = officer.see(&page).await;
    assert!(shown.words().contains("Ready until") && shown.links(&format!("{page}/")).is_empty());
    let file = resident.see(&page).await.links(&format!("{page}/"))[0].clone();
    assert!(!resident.fetch(&file).await.is_empty());
    let mut nurse = Browser::of(&world.router, "nurse").await;
    assert_eq!(nurse.open(&page).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_resident_questions_an_entry_and_the_organisation_that_wrote_it_answers() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut ward = Browser::of(&world.router, "ward").await;
    assert_eq!(
        ward.open(&path).await.status,
        StatusCode::FORBIDDEN,
        "not a patient of theirs now"
    );
    let mut of_ward = None;
    for entry in resident
        .see(&format!("{path}?years=all"))
        .await
        .links(&format!("{path}/entries/"))
    {
        let page = resident.see(&format!("{entry}/request")).await;
        if page.words().contains("Ask Dorset County Hospital") {
            of_ward = Some(entry);
            break;
        }
    }
    let entry = of_ward.unwrap();
    assert!(
        resident
            .see(&entry)
            .await
            .links(&entry)
            .contains(&format!("{entry}/request")),
        "found from the entry"
    );
    let form = format!("{entry}/request");
    let does = resident.see(&form).await.words();
    assert!(
        does.contains("Its staff may open your record until they have answered"),
        "{does}"
    );
    assert_eq!(
        resident.send(&form, &[("asks", "put-right")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let asked = [("asks", "put-right"), ("words", "It was the other knee")];
    assert_eq!(resident.send(&form, &asked).await.leads_to, format!("{path}/requests"));
    let mut nurse = Browser::of(&world.router, "nurse").await;
    assert!(nurse.see(&entry).await.words().contains("questioned by the person"));
    let queue = ward.see("/requests").await;
    assert!(queue.words().contains("It was the other knee"), "{}", queue.words());
    let mut gp = Browser::of(&world.router, "gp").await;
    assert!(
        !gp.see("/requests").await.words().contains("the other knee"),
        "not asked of theirs"
    );
    let one = queue.links("/requests/")[0].clone();
    assert_eq!(gp.open(&one).await.status, StatusCode::NOT_FOUND);
    let mut carer = Browser::of(&world.router, "carer").await;
    assert_eq!(carer.open(&form).await.status, StatusCode::FORBIDDEN);
    ward.see(&one).await;
    assert_eq!(
        ward.send(&one, &[("answer", "not")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    ward.send(
        &one,
        &[("answer", "not"), ("words", "The letter of that day says so too")],
    )
    .await;
    assert_eq!(
        ward.open(&path).await.status,
        StatusCode::FORBIDDEN,
        "answered, so it no longer opens"
    );
    assert!(nurse.see(&entry).await.words().contains("the person disagrees"));
    let mine = resident.see(&format!("{path}/requests")).await;
    assert!(
        mine.words().contains("The letter of that day says so too"),
        "{}",
        mine.words()
    );
    let back = mine
        .text
        .split("action=\"")
        .map(|rest| rest.split('"').next().unwrap())
        .find(|action| action.ends_with("/take-back"))
        .unwrap()
        .to_owned();
    resident.send(&back, &[]).await;
    assert!(!nurse.see(&entry).await.words().contains("disagrees"));
}

#[tokio::test]
async fn anybody_reads_by_what_right_each_feed_is_held() {
    let world = given_the_partners_have_sent();
    let mut nobody = Browser::fresh(&world.router);
    let words = nobody.see("/held").await.words();
    for feed in &world.care.system().feeds {
        assert!(
            words.contains(&feed.title) && words.contains(&feed.lawful_basis),
            "{}",
            feed.name
        );
    }
    assert!(
        words.contains("Copies made for the people they are about 30 days Deleted by the program"),
        "{words}"
    );
    assert!(
        nobody
            .see("/privacy")
            .await
            .links("/held")
            .contains(&"/held".to_owned())
    );
}

/// SAFETY 7: it takes two, and that it waits for the second is told to those who may know: those who could ask for it, and
/// the privacy officer. Not to the person, of whom it may not be; nor to those who act for them, nor to other staff.
#[tokio::test]
async fn safety_7_that_a_removal_waits_is_told_to_those_who_may_know_of_it_and_to_nobody_else() {
    const WAITS: &str = "asked for it to be removed by law on";
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut gp = Browser::of(&world.router, "gp").await;
    let entries = gp
        .see(&format!("{path}?years=all"))
        .await
        .links(&format!("{path}/entries/"));
    let mut found = None;
    for entry in entries {
        let form = format!("{entry}/removal");
        let asked = [("ground", "wrong-person"), ("words", "incident 12")];
        if gp.open(&form).await.status == StatusCode::OK
            && gp.send(&form, &asked).await.status == StatusCode::SEE_OTHER
            && resident.open(&entry).await.status == StatusCode::OK
        {
            found = Some(entry);
            break;
        }
    }
    let entry = found.unwrap();
    let sharing = format!("{path}/sharing");
    let told = gp.see(&entry).await.words();
    for words in [WAITS, "it is about another person", "It waits for a privacy officer"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let told = gp.see(&sharing).await;
    assert!(
        told.words().contains(WAITS) && told.links(&entry).contains(&entry),
        "{}",
        told.words()
    );
    let mut officer = Browser::of(&world.router, "privacy").await;
    let list = officer.see(&sharing).await;
    assert!(list.words().contains(WAITS), "{}", list.words());
    assert_eq!(list.links("/removals").len(), 2, "the way to it, beside the menu's");
    for page in [&entry, &sharing] {
        assert!(!resident.see(page).await.text.contains(WAITS), "{page}: the person");
    }
    for other in ["nurse", "social", "carer", "steward", "ward"] {
        let mut browser = Browser::of(&world.router, other).await;
        for page in [&entry, &sharing, &path] {
            assert!(!browser.open(page).await.text.contains(WAITS), "{page}: {other}");
        }
    }
    let number = officer.see("/removals").await.text;
    let number = number
        .split("action=\"/removals/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let no = [("answer", "keep"), ("words", "it is hers")];
    officer.send(&format!("/removals/{number}"), &no).await;
    assert!(!gp.see(&entry).await.text.contains(WAITS), "it waits no longer");
}

/// SAFETY 7.
#[tokio::test]
async fn safety_7_an_entry_is_removed_by_two_people_and_its_words_are_nowhere() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let local = &world
        .named("Margaret", "Loveless")
        .records
        .iter()
        .find(|one| one.sender == "DEMO-GP01")
        .unwrap()
        .local_id;
    let wrong = format!(
        r#"{{"resourceType":"Condition","id":"of-another","code":{{"text":"Gout of the left thumb"}},"subject":{{"reference":"Patient/{local}"}},"onsetDateTime":"2026-10-20"}}"#
    );
    store::send(&world.care, "gp01-fhir", wrong.as_bytes(), store::now());
    let mut gp = Browser::of(&world.router, "gp").await;
    let record = gp.see(&format!("{path}?years=all")).await.text;
    let before = record.find("Gout of the left thumb").unwrap();
    let entry = record[..before]
        .rsplit("href=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let form = format!("{entry}/removal");
    assert!(
        gp.see(&entry).await.links(&form).contains(&form),
        "found from the entry"
    );
    for other in ["nurse", "social", "steward", "privacy", "carer", "resident"] {
        let mut browser = Browser::of(&world.router, other).await;
        assert_eq!(browser.open(&form).await.status, StatusCode::FORBIDDEN, "{other}");
    }
    resident.see(&format!("{entry}/request")).await;
    let said = [("asks", "put-right"), ("words", "I never had gout of the left thumb")];
    resident.send(&format!("{entry}/request"), &said).await;
    gp.see(&form).await;
    assert_eq!(
        gp.send(&form, &[("ground", "wrong-person")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let asked = [("ground", "wrong-person"), ("words", "Practice manager, incident 12")];
    assert_eq!(gp.send(&form, &asked).await.leads_to, entry);
    assert_eq!(
        gp.open("/removals").await.status,
        StatusCode::FORBIDDEN,
        "another confirms"
    );
    gp.see(&entry).await;
    let mut officer = Browser::of(&world.router, "privacy").await;
    let list = officer.see("/removals").await;
    assert!(list.words().contains("Practice manager, incident 12") && !list.text.contains("thumb"));
    let action = list
        .text
        .split("action=\"")
        .map(|rest| rest.split('"').next().unwrap())
        .find(|one| one.starts_with("/removals/"))
        .unwrap()
        .to_owned();
    assert_eq!(
        officer.send(&action, &[("words", "rang them")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    officer
        .send(&action, &[("answer", "remove"), ("words", "rang the practice")])
        .await;
    assert!(
        officer
            .see("/removals")
            .await
            .words()
            .contains("Removed. Idris Swanage")
    );
    assert_eq!(gp.open(&entry).await.status, StatusCode::NOT_FOUND);
    for page in [
        format!("{path}?years=all"),
        format!("{path}/summary"),
        format!("{path}/requests"),
        format!("{path}/sharing"),
        format!("{path}/looked"),
    ] {
        for browser in [&mut gp, &mut resident] {
            assert!(
                !browser.open(&page).await.text.to_lowercase().contains("thumb"),
                "{page}"
            );
        }
    }
    store::send(&world.care, "gp01-fhir", wrong.as_bytes(), store::now());
    assert!(
        !gp.see(&format!("{path}?years=all")).await.text.contains("thumb"),
        "sent again, it is not filed"
    );
    let row = world
        .audited()
        .into_iter()
        .find(|row| row.act == "remove an entry by law")
        .unwrap();
    assert_eq!(
        (row.actor.as_str(), row.person.map(|one| format!("/people/{one}"))),
        ("privacy", Some(path))
    );
}
