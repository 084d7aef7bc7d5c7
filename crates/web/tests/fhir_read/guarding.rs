//! Leave, audit, restriction, and what is told apart or gone.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_needs_leave_and_tells_the_refused_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 5);
    let person = margaret_in(&app).await;
    let gp = id_of(&app, "DEMO-GP01", "Patient", &local(&margaret(), "DEMO-GP01"));
    let patient = r#"{"resourceType":"Patient","id":"x"}"#.to_owned();
    for (method, route) in web::fhir::ROUTES {
        let filled = |id: &str| {
            route
                .replace("{kind}", "Patient")
                .replace("{id}", id)
                .replace("{version}", "1")
        };
        let open = route == "/fhir/metadata";
        let body = if route.ends_with("_search") {
            "identifier=9990000026"
        } else if method == "GET" {
            ""
        } else {
            &patient
        };
        let media = if route.ends_with("_search") {
            "application/x-www-form-urlencoded"
        } else {
            "application/fhir+json"
        };
        let headers = [("content-type", media), ("organisation-code", "RBD")];
        let id = if route.contains("everything") { &person } else { &gp };
        let path = filled(id)
            + if route == "/fhir/{kind}" && method == "GET" {
                "?_id="
            } else {
                ""
            };
        let path = if path.ends_with("_id=") {
            format!("{path}{id}")
        } else {
            path
        };
        let nobody = app.send(method, &path, "", body, &headers).await;
        assert_eq!(nobody.status == 401, !open, "{method} {route}: {}", nobody.digest());
        if open {
            continue;
        }
        let wrong = app.send(method, &path, "no such token", body, &headers).await;
        assert_eq!(wrong.status, 401, "{method} {route}");
        let partner = app.send(method, &path, &token(Role::Partner), body, &headers).await;
        assert_eq!(partner.status, 403, "{method} {route}: {}", partner.digest());
        // The same words, whether or not there is such a thing.
        if route.contains("{id}") && method == "GET" {
            let nothing = app
                .send(
                    method,
                    &filled("0123456789abcdef0123456789abcdef"),
                    &token(Role::Partner),
                    "",
                    &[],
                )
                .await;
            assert_eq!(
                (partner.status, partner.text),
                (nothing.status, nothing.text),
                "{route}"
            );
        }
    }
    // Each role, reading and sending.
    let mut table = String::new();
    for role in Role::ALL {
        let read = app
            .send("GET", &format!("/fhir/Patient/{person}"), &token(role), "", &[])
            .await
            .status
            .as_u16();
        let sent = app
            .send("GET", &format!("/fhir/Patient/{gp}/$as-sent"), &token(role), "", &[])
            .await
            .status
            .as_u16();
        let write = app
            .send(
                "POST",
                "/fhir/Patient",
                &token(role),
                &patient,
                &[("organisation-code", "RBD")],
            )
            .await
            .status
            .as_u16();
        table += &format!("{}: read {read}, as sent {sent}, write {write}\n", role.words());
    }
    let reviewed = "\
resident: read 403, as sent 403, write 403
carer: read 403, as sent 403, write 403
clinician: read 200, as sent 200, write 403
receptionist: read 403, as sent 403, write 403
social worker: read 200, as sent 403, write 403
partner outside statutory care: read 403, as sent 403, write 403
volunteer: read 403, as sent 403, write 403
analyst: read 403, as sent 403, write 403
board member: read 403, as sent 403, write 403
integration engineer: read 403, as sent 403, write 422
data steward: read 200, as sent 200, write 403
privacy officer: read 403, as sent 403, write 403
sending system: read 403, as sent 403, write 422
care system: read 200, as sent 200, write 403
";
    assert_eq!(table, reviewed);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_has_its_audit_row() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 5);
    let person = margaret_in(&app).await;
    let gp = id_of(&app, "DEMO-GP01", "Patient", &local(&margaret(), "DEMO-GP01"));
    let id = record::PersonId::parse(&person).unwrap();
    let rows = || app.care.audit().of_person(id, 1000).unwrap().len();
    for path in [
        format!("/fhir/Patient/{person}"),
        format!("/fhir/Patient/{gp}"),
        format!("/fhir/Patient/{gp}/_history"),
        format!("/fhir/Patient/{gp}/$as-sent"),
        format!("/fhir/Patient/{person}/$everything"),
        format!("/fhir/Observation?patient={person}"),
        format!("/fhir/Observation?patient={gp}"),
        format!("/fhir/Patient?_id={gp}"),
    ] {
        let before = rows();
        let answer = app.get(&path).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.digest());
        assert_eq!(rows(), before + 1, "{path}");
    }
    let before = rows();
    app.send("GET", &format!("/fhir/Patient/{gp}"), &token(Role::Partner), "", &[])
        .await;
    assert_eq!(rows(), before + 1, "a refusal is kept too");
}

#[tokio::test(flavor = "multi_thread")]
async fn safety_2_a_restricted_person_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 60);
    let mut checked = 0;
    for person in synthetic::truth(store::plan(60)) {
        let number = number_of(&person);
        let found = app.find("Patient", &format!("identifier={number}")).await;
        for id in found.ids() {
            let read = app.get(&format!("/fhir/{id}")).await;
            if !read.json()["meta"]["security"].to_string().contains("\"R\"") {
                continue;
            }
            checked += 1;
            let bundle = found.json();
            let entries = bundle["entry"].as_array().unwrap();
            let entry = entries
                .iter()
                .find(|entry| id.ends_with(text(&entry["resource"]["id"])))
                .unwrap()
                .to_string();
            let whole = app.get(&format!("/fhir/{id}/$everything")).await;
            for word in [
                "\"address\"",
                "\"telecom\"",
                "\"generalPractitioner\"",
                "\"postalCode\"",
                "valueAddress",
                "\"performer\"",
                "\"note\"",
                "DEMO-GP",
                "Surgery",
            ] {
                assert!(!read.text.contains(word) && !entry.contains(word), "{word}");
                assert!(
                    !whole.text.contains(word),
                    "{word} in {}",
                    &whole.text[whole.text.find(word).unwrap() - 300..]
                );
            }
            for one in whole.ids().iter().skip(1).step_by(9) {
                assert_eq!(app.get(&format!("/fhir/{one}/$as-sent")).await.status, 403, "{one}");
            }
        }
    }
    assert!(checked >= 1, "no restricted person was invented");
}

/// SAFETY 2: who is close to a restricted person tells where they are; and a sender's own link between two of its
/// Patients may lead over a bar that it knows nothing of, so that only the composed Patient says who is whom.
#[tokio::test(flavor = "multi_thread")]
async fn safety_2_those_close_to_a_restricted_person_and_senders_own_links_are_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    let patient = |id: &str, more: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Patient","id":"{id}",{more}"name":[{{"family":"Marsh","given":["Ann"]}}],"birthDate":"195{id}-04-03"}},"request":{{"method":"PUT","url":"Patient/{id}"}}}}"#
        )
    };
    let hidden = patient("1", r#""meta":{"security":[{"code":"R"}]},"#);
    let linked = patient("2", r#""link":[{"other":{"reference":"Patient/1"},"type":"seealso"}],"#);
    let near = |id: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"RelatedPerson","id":"{id}","patient":{{"reference":"Patient/{id}"}},"name":[{{"family":"Nearby"}}]}},"request":{{"method":"PUT","url":"RelatedPerson/{id}"}}}}"#
        )
    };
    let entries = [hidden, linked, near("1"), near("2")].join(",");
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    let answer = app.send("POST", "/fhir", "rbd", &bundle, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);

    let ids = ["1", "2"].map(|local| id_of(&app, "RBD", "Patient", local));
    for (id, shown) in ids.iter().zip([0, 1]) {
        let whole = app.get(&format!("/fhir/Patient/{id}/$everything")).await;
        assert_eq!(whole.status, 200, "{}", whole.text);
        assert_eq!(whole.text.contains("Nearby"), shown == 1, "{}", whole.text);
        let found = app.get(&format!("/fhir/RelatedPerson?patient={id}")).await;
        assert_eq!(found.ids().len(), shown, "{}", found.text);
    }
    for place in [
        format!("/fhir/Patient/{}", ids[1]),
        format!("/fhir/Patient/{}/$everything", ids[1]),
    ] {
        let read = app.get(&place).await;
        assert_eq!(read.status, 200, "{}", read.text);
        assert!(
            !read.text.contains(&ids[0].to_string()),
            "{place} leads to the other: {}",
            read.text
        );
        assert!(
            !read.text.contains("\"seealso\",\"other\"") && !read.text.contains("Patient/1\""),
            "{}",
            read.text
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_senders_may_use_the_same_ids() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    for (sender, family) in [("rbd", "Marsh"), ("r0d", "Hill")] {
        let bundle = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[
            {{"resource":{{"resourceType":"Patient","id":"1","name":[{{"family":"{family}"}}]}},"request":{{"method":"PUT","url":"Patient/1"}}}},
            {{"resource":{{"resourceType":"Observation","id":"1","status":"final","code":{{"text":"{family}"}},"subject":{{"reference":"Patient/1"}},"valueQuantity":{{"value":7.00}}}},"request":{{"method":"PUT","url":"Observation/1"}}}}]}}"#
        );
        let answer = app.send("POST", "/fhir", sender, &bundle, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let mut seen = BTreeSet::new();
    for (sender, family) in [("RBD", "Marsh"), ("R0D", "Hill")] {
        let patient = id_of(&app, sender, "Patient", "1");
        let read = app.get(&format!("/fhir/Patient/{patient}")).await;
        assert_eq!(read.json()["name"][0]["family"], family);
        let found = app.get(&format!("/fhir/Observation?patient={patient}")).await;
        assert_eq!(
            found.ids(),
            [format!("Observation/{}", id_of(&app, sender, "Observation", "1"))]
        );
        let one = &found.json()["entry"][0]["resource"];
        assert_eq!(one["subject"]["reference"], format!("Patient/{patient}"));
        assert_eq!(one["code"]["text"], family);
        assert!(found.text.contains("\"value\":7.00"), "numbers stay as written");
        assert!(text(&one["meta"]["source"]).ends_with(sender));
        seen.insert(patient);
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_stays_readable_and_what_was_withdrawn_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    let flag = |words: &str, status: &str| {
        format!(
            r#"{{"resourceType":"Flag","id":"f","status":"{status}","code":{{"text":"{words}"}},"subject":{{"reference":"Patient/1"}}}}"#
        )
    };
    let put = async |words: &str, status: &str| app.send("PUT", "/fhir/Flag/f", "rbd", &flag(words, status), &[]).await;
    let first = put("Falls", "active").await;
    assert_eq!(first.status, 201, "{}", first.text);
    let id = id_of(&app, "RBD", "Flag", "f");
    let was = first.headers["location"]
        .to_str()
        .unwrap()
        .strip_prefix("http://example.org")
        .unwrap()
        .to_owned();
    let read = app.get(&format!("/fhir/Flag/{id}")).await;
    assert_eq!(read.headers["etag"], first.headers["etag"]);
    assert!(read.headers["last-modified"].to_str().unwrap().ends_with("GMT"));
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let same = app
        .send(
            "GET",
            &format!("/fhir/Flag/{id}"),
            &token(Role::CareSystem),
            "",
            &[("if-none-match", &etag)],
        )
        .await;
    assert_eq!(same.status, 304);
    let gone = put("Falls", "entered-in-error").await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(
        app.get(&format!("/fhir/Flag/{id}")).await.digest(),
        "410 OperationOutcome deleted"
    );
    let before: Answer = app.get(&was).await;
    assert_eq!(before.json()["status"], "active", "{}", before.text);
    let history = app.get(&format!("/fhir/Flag/{id}/_history")).await;
    assert_eq!(history.digest(), "200 Bundle 2 of 2");
    assert!(matches!(
        sent::whose(&app.care, record::ItemId::parse(&id).unwrap()).unwrap(),
        Some(Whose::Person(_))
    ));
}
