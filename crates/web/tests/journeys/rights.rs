//! What people decide about their own record, each as the person who decides it.

use super::*;

pub fn given_margaret_signs_in(world: &World) {
    let number = record::NhsNumber::parse("9990000026").unwrap();
    care::access::bind_demo_users(&world.care, number, store::now()).unwrap();
}

/// Margaret, signed in, with her record's address.
pub async fn margaret(world: &World) -> (Browser, String) {
    given_margaret_signs_in(world);
    let mut resident = Browser::of(&world.router, "resident").await;
    let path = resident.open("/").await.leads_to;
    (resident, path)
}

async fn then_it_stands(browser: &mut Browser, path: &str, words: &str) -> Answer {
    let page = browser.see(&format!("{path}/sharing")).await;
    assert!(page.words().contains(words), "{words}: {}", page.words());
    page
}

/// Where the first thing that can be taken back is.
fn taken_back_at(page: &Answer, path: &str) -> String {
    let found = page.links(&format!("{path}/sharing/"));
    found
        .into_iter()
        .find(|link| link.rsplit('/').next().is_some_and(|last| last.parse::<i64>().is_ok()))
        .unwrap()
}

#[tokio::test]
async fn a_resident_says_no_to_sharing_in_plain_words_and_takes_it_back() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut nurse = Browser::of(&world.router, "nurse").await;
    assert!(nurse.see(&path).await.words().contains("penicillin"));
    let record = resident.see(&path).await;
    assert!(
        record.links(&format!("{path}/sharing")).len() > 1,
        "a person finds it from the record"
    );
    then_it_stands(&mut resident, &path, "the record is shared as usual").await;
    let form = format!("{path}/sharing/objection");
    let words = resident.see(&form).await.words();
    for effect in [
        "It no longer sees allergies, medicines, results or plans that others wrote",
        "In an emergency staff can still open the whole record",
        "It is not the national data opt-out",
        "It can be taken back at any time",
    ] {
        assert!(
            words.split("Stop sharing my record").next().unwrap().contains(effect),
            "{effect}: {words}"
        );
    }
    let unsaid = resident.send(&form, &[("words", "I like my peace")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.words().contains("Choose with whom not to share") && unsaid.text.contains("I like my peace"));
    let kept = resident
        .send(&form, &[("with", "everybody"), ("words", "I like my peace")])
        .await;
    assert_eq!(kept.leads_to, format!("{path}/sharing"));
    let page = then_it_stands(&mut resident, &path, "You object to sharing").await;
    let seen = nurse.see(&path).await;
    assert!(
        !seen.words().contains("penicillin"),
        "the nurse sees nothing that others wrote"
    );
    // SAFETY 5: what is left out never looks like nothing known, and an emergency is one press away.
    assert!(
        seen.text
            .contains("This person has asked that their record is not shared"),
        "{}",
        seen.words()
    );
    assert!(seen.links(&path).contains(&format!("{path}/emergency")));
    assert!(
        !resident
            .see(&path)
            .await
            .text
            .contains("has asked that their record is not shared")
    );
    assert!(resident.see(&path).await.words().contains("penicillin"), "she does");
    let back = taken_back_at(&page, &path);
    let does = resident.see(&back).await.words();
    assert!(
        does.contains("Everybody who cares for you sees the whole record again"),
        "{does}"
    );
    resident.send(&back, &[("words", "")]).await;
    let after = then_it_stands(&mut resident, &path, "Taken back by Margaret Loveless").await;
    assert!(after.words().contains("I like my peace"), "the history stays");
    assert!(nurse.see(&path).await.words().contains("penicillin"));
    assert_eq!(resident.open(&back).await.status, StatusCode::NOT_FOUND, "once only");
}

#[tokio::test]
async fn the_practice_writes_an_objection_down_for_her_and_the_nurse_may_not() {
    let world = given_the_partners_have_sent();
    let (_, path) = margaret(&world).await;
    let form = format!("{path}/sharing/objection");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let refused = nurse.open(&form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused
            .words()
            .contains("recorded by the person, their GP practice or the privacy officer")
    );
    let mut gp = Browser::of(&world.router, "gp").await;
    gp.see(&form).await;
    let fields = [("with", "one"), ("organisation", "DEMO-UC01"), ("words", "")];
    assert!(
        gp.send(&form, &fields)
            .await
            .words()
            .contains("Write how the person told you")
    );
    let fields = [
        ("with", "one"),
        ("organisation", "DEMO-UC01"),
        ("words", "by telephone, and she knows"),
    ];
    assert_eq!(gp.send(&form, &fields).await.leads_to, format!("{path}/sharing"));
    assert!(!nurse.see(&path).await.words().contains("penicillin"));
    let mut ward = Browser::of(&world.router, "community").await;
    assert!(ward.see(&path).await.words().contains("penicillin"), "others still do");
}

/// The first entry of a record that its reader's own organisation wrote.
pub async fn an_entry_that_is_theirs_to_seal(author: &mut Browser, path: &str) -> String {
    let record = author.see(path).await;
    for entry in record.links(&format!("{path}/entries/")) {
        let page = author.open(&format!("{entry}/sharing")).await;
        if page.words().contains("Seal and lock it") {
            return entry;
        }
    }
    panic!("nothing of theirs: {}", record.words())
}

#[tokio::test]
async fn an_entry_is_sealed_by_its_author_and_the_nurse_reads_only_that_something_is() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut gp = Browser::of(&world.router, "gp").await;
    let entry = an_entry_that_is_theirs_to_seal(&mut gp, &path).await;
    let form = format!("{entry}/sharing");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    nurse.see(&entry).await;
    assert!(!nurse.see(&form).await.words().contains("Seal it"), "not hers to seal");
    let tried = nurse.send(&form, &[("choice", "seal"), ("words", "x")]).await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN);
    gp.see(&form).await;
    assert_eq!(
        gp.send(&form, &[("choice", "lock")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    gp.send(&form, &[("choice", "seal"), ("words", "she asked me to")])
        .await;
    assert_eq!(nurse.open(&entry).await.status, StatusCode::NOT_FOUND);
    assert!(nurse.see(&path).await.text.contains("sealed"));
    assert!(
        !nurse.see(&format!("{path}/sharing")).await.words().contains("Sealed:"),
        "and not what"
    );
    resident.see(&entry).await;
    then_it_stands(&mut resident, &path, "Sealed:").await;
    let page = then_it_stands(&mut gp, &path, "Sealed:").await;
    let back = taken_back_at(&page, &path);
    gp.see(&back).await;
    gp.send(&back, &[("words", "she changed her mind")]).await;
    nurse.see(&entry).await;
}

#[tokio::test]
async fn a_resident_keeps_one_entry_from_her_daughter() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut carer = Browser::of(&world.router, "carer").await;
    let entry = carer.see(&path).await.links(&format!("{path}/entries/"))[0].clone();
    assert_eq!(
        carer.open(&format!("{entry}/sharing")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        carer.open(&format!("{path}/sharing")).await.status,
        StatusCode::FORBIDDEN
    );
    let form = format!("{entry}/sharing");
    let page = resident.see(&form).await;
    assert!(page.words().contains("Keep it from those who act for me"));
    resident.send(&form, &[("choice", "keep-from-proxies")]).await;
    assert_eq!(carer.open(&entry).await.status, StatusCode::NOT_FOUND);
    resident.see(&entry).await;
    then_it_stands(&mut resident, &path, "Kept from those who act for you").await;
}

#[tokio::test]
async fn the_practice_lets_a_parent_act_and_the_person_ends_it() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut gp = Browser::of(&world.router, "gp").await;
    let page = then_it_stands(&mut resident, &path, "Alison Loveless").await;
    let proxy = page.links(&format!("{path}/proxies/"))[0].clone();
    let opened = resident.see(&proxy).await;
    assert!(
        opened
            .words()
            .contains("contraception, sexual and mental health stay hidden"),
        "{}",
        opened.words()
    );
    resident.send(&format!("{proxy}/yes"), &[]).await;
    assert!(resident.see(&proxy).await.words().contains("Shown: you said yes"));
    let end = format!("{path}/sharing/{}", proxy.rsplit('/').next().unwrap());
    let does = resident.see(&end).await.words();
    assert!(
        does.contains("Alison Loveless can no longer open this record"),
        "{does}"
    );
    let mut carer = Browser::of(&world.router, "carer").await;
    carer.see(&path).await;
    resident.send(&end, &[]).await;
    assert_eq!(carer.open(&path).await.status, StatusCode::FORBIDDEN);
    let form = format!("{path}/proxies");
    gp.see(&form).await;
    let wrong = gp
        .send(
            &form,
            &[("holder", "carer"), ("basis", "parent"), ("words", "birth certificate")],
        )
        .await;
    assert!(
        wrong.words().contains("From 16 nobody acts by parental responsibility"),
        "{}",
        wrong.words()
    );
    let agreed = [
        ("holder", "carer"),
        ("basis", "consent"),
        ("words", "her form, signed again"),
    ];
    assert_eq!(gp.send(&form, &agreed).await.leads_to, format!("{path}/sharing"));
    carer.see(&path).await;
    assert_eq!(
        resident.open(&form).await.status,
        StatusCode::FORBIDDEN,
        "the practice decides who"
    );
}

#[tokio::test]
async fn online_access_is_suspended_silently() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let mut social = Browser::of(&world.router, "social").await;
    let form = format!("{path}/sharing/online");
    social.see(&form).await;
    social
        .send(
            &form,
            &[("whose", "carer"), ("words", "her daughter makes her show it")],
        )
        .await;
    let mut carer = Browser::of(&world.router, "carer").await;
    let shut = carer.open(&path).await;
    assert!(
        shut.words().contains("Your record cannot be shown just now"),
        "{}",
        shut.words()
    );
    let own = resident.see(&format!("{path}/sharing")).await.words();
    assert!(!own.to_lowercase().contains("suspend"), "{own}");
    let page = then_it_stands(&mut social, &path, "Online access of Alison Loveless is suspended").await;
    let back = taken_back_at(&page, &path);
    social.see(&back).await;
    social.send(&back, &[("words", "they live apart now")]).await;
    carer.see(&path).await;
}

#[tokio::test]
async fn how_to_meet_her_is_said_once_and_stands_before_what_senders_say() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let page = format!("{path}/preferences");
    assert!(
        resident.see(&path).await.links(&page).contains(&page),
        "a person finds it from the record"
    );
    resident.see(&page).await;
    let unsaid = resident.send(&page, &[("value", "large print")]).await;
    assert!(unsaid.words().contains("Choose what it is about") && unsaid.text.contains("large print"));
    let wrong = resident.send(&page, &[("about", "format"), ("value", "pigeon")]).await;
    assert!(
        wrong.words().contains("For “Reads best as” choose one of: large print"),
        "{}",
        wrong.words()
    );
    for (about, value) in [
        ("format", "large print"),
        ("language", "Polish"),
        ("not-by", "telephone"),
        ("language", "Kurdish"),
    ] {
        assert_eq!(
            resident
                .send(&page, &[("about", about), ("value", value)])
                .await
                .leads_to,
            page
        );
    }
    let mut reception = Browser::of(&world.router, "reception").await;
    assert_eq!(
        reception.open(&path).await.status,
        StatusCode::FORBIDDEN,
        "no record for a front desk"
    );
    let found = when_they_look_for(&mut reception, "9990000026").await;
    assert!(
        found.links("/people/").contains(&page),
        "but how to reach her: {:?}",
        found.links("/people/")
    );
    let said = reception.see(&page).await.words();
    let stands = said.split("What senders say").next().unwrap();
    assert!(
        stands.contains("Main language: Kurdish") && !stands.contains("Polish"),
        "the last word: {said}"
    );
    assert!(
        said.split("What was said before").nth(2).unwrap().contains("Polish"),
        "{said}"
    );
    reception
        .send(&page, &[("about", "adjustment"), ("value", "a double appointment")])
        .await;
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let record = nurse.see(&path).await.text;
    let banner = record.split("who-flags").nth(1).unwrap().split("</ul>").next().unwrap();
    for words in [
        "Do not contact by: telephone",
        "Reads best as: large print",
        "a double appointment",
        "their own word",
    ] {
        assert!(banner.contains(words), "{words}: {banner}");
    }
    let back = resident.see(&page).await.links(&format!("{page}/"))[0].clone();
    resident.see(&back).await;
    assert_eq!(resident.send(&back, &[]).await.leads_to, page);
    assert!(!nurse.see(&path).await.text.contains("Do not contact by: telephone"));
    let mut carer = Browser::of(&world.router, "carer").await;
    let tried = carer.send(&page, &[("about", "language"), ("value", "Welsh")]).await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN, "her word is hers");
}

#[tokio::test]
async fn a_privacy_officer_suspends_staff_access_and_nothing_opens_until_it_is_lifted() {
    let world = given_the_partners_have_sent();
    let (_, path) = margaret(&world).await;
    let mut nurse = Browser::of(&world.router, "nurse").await;
    nurse.see(&path).await;
    assert_eq!(nurse.open("/suspensions").await.status, StatusCode::FORBIDDEN);
    let mut officer = Browser::of(&world.router, "privacy").await;
    officer.see("/suspensions").await;
    for (user, says) in [
        ("carer", "No member of staff"),
        ("privacy", "Somebody else suspends your own"),
        ("nurse", "Write why"),
    ] {
        let words = if user == "nurse" { "" } else { "looked at a neighbour" };
        let answer = officer.send("/suspensions", &[("user", user), ("words", words)]).await;
        assert!(answer.words().contains(says), "{user}: {}", answer.words());
    }
    let fields = [("user", "nurse"), ("words", "looked at a neighbour"), ("days", "7")];
    assert_eq!(officer.send("/suspensions", &fields).await.leads_to, "/suspensions");
    assert!(
        officer
            .see("/suspensions")
            .await
            .words()
            .contains("Suspended until 9 November 2026")
    );
    for shut in [
        path.clone(),
        format!("{path}/summary"),
        format!("{path}/sharing"),
        format!("{path}/preferences"),
        "/feeds".to_owned(),
    ] {
        let answer = nurse.open(&shut).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{shut}");
        assert!(
            answer.words().contains("Your access is suspended"),
            "{shut}: {}",
            answer.words()
        );
    }
    let fields = [("reason", "danger"), ("said", "Collapsed on the ward, cannot speak")];
    let emergency = nurse.send(&format!("{path}/emergency"), &fields).await;
    assert!(
        emergency.words().contains("Your access is suspended"),
        "no emergency either: {}",
        emergency.words()
    );
    assert!(
        nurse
            .send("/people", &[("asked", "9990000026")])
            .await
            .words()
            .contains("Your access is suspended")
    );
    let person = path.rsplit('/').next().unwrap();
    assert_ne!(
        nurse.open(&format!("/fhir/Patient/{person}")).await.status,
        StatusCode::OK
    );
    let page = officer.see("/suspensions").await;
    let lift = page
        .text
        .split("action=\"/suspensions/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    officer
        .send(&format!("/suspensions/{lift}"), &[("why", "explained")])
        .await;
    nurse.see(&path).await;
    assert!(
        officer
            .see("/suspensions")
            .await
            .words()
            .contains("Lifted by Idris Swanage")
    );
}

#[tokio::test]
async fn a_parent_acts_for_a_child_and_reads_until_when() {
    let world = given_the_partners_have_sent();
    let number = (999_123_400..).find_map(record::NhsNumber::with_prefix).unwrap();
    let child = format!(
        r#"{{"resourceType":"Patient","id":"child-1","identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{}"}}],"name":[{{"family":"Farrow","given":["Edie"]}}],"birthDate":"2019-05-05","gender":"female","generalPractitioner":[{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"DEMO-GP01"}}}}]}}"#,
        number.digits()
    );
    store::send(&world.care, "gp01-fhir", child.as_bytes(), store::now());
    let mut gp = Browser::of(&world.router, "gp").await;
    let found = when_they_look_for(&mut gp, &number.digits()).await;
    let path = found.links("/people/")[0].clone();
    let mut carer = Browser::of(&world.router, "carer").await;
    assert_eq!(carer.open(&path).await.status, StatusCode::FORBIDDEN);
    let form = format!("{path}/proxies");
    let says = gp.see(&form).await.words();
    assert!(
        says.contains(
            "A parent’s acting stops when the child is 11, until you have looked at it again, and ends at 16"
        ),
        "{says}"
    );
    let parent = |words| [("holder", "carer"), ("basis", "parent"), ("words", words)];
    let unsaid = gp.send(&form, &parent("")).await;
    assert!(unsaid.words().contains("Write what you saw that shows it"));
    let kept = gp.send(&form, &parent("birth certificate, and her passport")).await;
    assert_eq!(kept.leads_to, format!("{path}/sharing"));
    then_it_stands(&mut gp, &path, "Looked at again, or ends, on 5 May 2030").await;
    carer.see(&path).await;
    for hers in ["sharing", "looked", "copy", "proxies"] {
        let answer = carer.open(&format!("{path}/{hers}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{hers} is the child's alone");
    }
}

#[tokio::test]
async fn safety_5_what_an_objection_keeps_back_never_looks_like_none() {
    let world = given_the_partners_have_sent();
    let (mut resident, path) = margaret(&world).await;
    let form = format!("{path}/sharing/objection");
    resident.send(&form, &[("with", "everybody"), ("words", "")]).await;
    let mut nurse = Browser::of(&world.router, "nurse").await;
    for page in [path.clone(), format!("{path}/summary")] {
        let words = nurse.see(&page).await.words();
        for empty in ["Allergies", "Resuscitation (ReSPECT, DNACPR)", "Contingency plan"] {
            let said = format!("{empty} Not shown: others may have recorded it");
            assert!(words.contains(&said), "{said}: {words}");
        }
        let kept = "No medicine that your own organisation wrote. What others wrote is not shown to you";
        assert!(words.contains(kept), "{words}");
        for untrue in [
            "has been sent",
            "That does not mean there is none",
            "Not recorded here ",
        ] {
            assert!(
                !words.contains(untrue),
                "“{untrue}” is said of what was kept back: {words}"
            );
        }
    }
    let timeline = nurse.see(&path).await.words();
    assert!(
        timeline.contains("What others than your own organisation wrote is not shown to you"),
        "{timeline}"
    );
}
