//! How far a token goes: route by route, type by type, entry by entry.

use crate::given_systems_with_keys;

#[tokio::test(flavor = "multi_thread")]
async fn scopes_hold_on_every_route_and_policy_besides() {
    let world = given_systems_with_keys(5);
    let person = world.margaret().await;
    let all = world.token("reader", "system/*.rs").await;
    let found = format!("/fhir/Observation?patient={person}&_count=1");
    let list = world.app.send("GET", &found, &all, "", &[]).await;
    let observation = list.ids()[0].clone();
    let (_, id) = observation.split_once('/').unwrap();
    for (method, route) in web::fhir::ROUTES {
        if route == "/fhir/metadata" {
            continue;
        }
        // Each kind of leave but the one that the route needs; what is there is asked for, and what is not.
        let (kind, id) = if route.contains("Patient") {
            ("Patient", person.as_str())
        } else {
            ("Observation", id)
        };
        let scopes: &[&str] = match (method, route) {
            (_, "/fhir/{kind}/{id}/$as-sent") => &["system/Observation.rs"],
            ("GET", "/fhir/{kind}") | (_, "/fhir/{kind}/_search") => &["system/*.r", "system/Flag.rs"],
            ("GET", "/fhir/Patient/{id}/$everything") => &["system/Observation.rs", "system/*.s"],
            ("GET", _) => &["system/*.s", "system/Flag.rs"],
            _ => &["system/*.rs"],
        };
        for scope in scopes {
            let token = world.token("reader", scope).await;
            let mut said = std::collections::BTreeSet::new();
            for id in [id, "0123456789abcdef0123456789abcdef"] {
                let path = route
                    .replace("{kind}", kind)
                    .replace("{id}", id)
                    .replace("{version}", "1");
                let path = if (method, route) == ("GET", "/fhir/{kind}") {
                    format!("{path}?patient={}", if id.starts_with("0123") { id } else { &person })
                } else {
                    path
                };
                let form = route.ends_with("_search");
                let media = if form {
                    "application/x-www-form-urlencoded"
                } else {
                    "application/fhir+json"
                };
                let body = if form {
                    "_id=x"
                } else {
                    r#"{"resourceType":"Observation"}"#
                };
                let body = if method == "GET" { "" } else { body };
                let headers = [("content-type", media), ("organisation-code", "RBD")];
                let answer = world.app.send(method, &path, &token, body, &headers).await;
                assert_eq!(answer.status, 403, "{method} {path} with {scope}: {}", answer.text);
                said.insert(answer.text);
            }
            assert_eq!(said.len(), 1, "{method} {route} with {scope} tells what is there");
        }
    }
    // A scope is no leave: what policy refuses stays refused.
    let sender = world.token("sender", "system/Patient.cruds").await;
    let refused = world
        .app
        .send("GET", &format!("/fhir/Patient/{person}"), &sender, "", &[])
        .await;
    assert_eq!(refused.status, 403);
    assert!(!refused.text.contains("scopes"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_the_scopes_leave_out_is_in_no_answer() {
    let world = given_systems_with_keys(5);
    let person = world.margaret().await;
    let all = world.token("reader", "system/*.rs").await;
    let some = world.token("reader", "system/Patient.r system/Observation.rs").await;
    let everything = format!("/fhir/Patient/{person}/$everything");
    let kinds = async |path: &str, token: &str| {
        let answer = world.app.send("GET", path, token, "", &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let kinds = answer
            .ids()
            .into_iter()
            .map(|id| id.split('/').next().unwrap().to_owned());
        kinds.collect::<std::collections::BTreeSet<String>>()
    };
    assert!(kinds(&everything, &all).await.len() > 2);
    let seen: Vec<String> = kinds(&everything, &some).await.into_iter().collect();
    assert_eq!(seen, ["Observation", "Patient"]);
    let paged: Vec<String> = kinds(&format!("{everything}?_count=100"), &some)
        .await
        .into_iter()
        .collect();
    assert_eq!(paged, ["Observation", "Patient"]);
    let included = format!(
        "/fhir/Observation?patient={person}&_include=Observation:encounter&_include=Observation:subject&_count=200"
    );
    let with = kinds(&included, &all).await;
    let without: Vec<String> = kinds(&included, &some).await.into_iter().collect();
    assert!(with.contains("Patient"), "{with:?}");
    assert!(
        without
            .iter()
            .all(|kind| ["Observation", "Patient"].contains(&kind.as_str())),
        "{without:?}"
    );
    let bare = world.token("reader", "system/Observation.rs").await;
    let bare: Vec<String> = kinds(&included, &bare).await.into_iter().collect();
    assert_eq!(bare, ["Observation"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_needs_leave_to_create_or_to_update_entry_by_entry() {
    let world = given_systems_with_keys(0);
    let flag = r#"{"resourceType":"Flag","id":"f","status":"active","code":{"text":"Falls"},"subject":{"reference":"Patient/1"}}"#;
    let bare =
        r#"{"resourceType":"Flag","status":"active","code":{"text":"Falls"},"subject":{"reference":"Patient/1"}}"#;
    let named = bare.replace("\"status\"", "\"identifier\":[{\"value\":\"9\"}],\"status\"");
    let send = async |scope: &str, method: &str, path: &str, body: &str, headers: &[(&str, &str)]| {
        let token = world.token("sender", scope).await;
        world
            .app
            .send(method, path, &token, body, headers)
            .await
            .status
            .as_u16()
    };
    assert_eq!(send("system/Flag.c", "POST", "/fhir/Flag", bare, &[]).await, 201);
    assert_eq!(send("system/Flag.u", "POST", "/fhir/Flag", bare, &[]).await, 403);
    assert_eq!(send("system/Flag.u", "PUT", "/fhir/Flag/f", flag, &[]).await, 201);
    assert_eq!(send("system/Flag.c", "PUT", "/fhir/Flag/f", flag, &[]).await, 403);
    // What names itself may change what stands under that name.
    assert_eq!(send("system/Flag.c", "POST", "/fhir/Flag", flag, &[]).await, 403);
    assert_eq!(send("system/Flag.c", "POST", "/fhir/Flag", &named, &[]).await, 403);
    assert_eq!(send("system/Flag.c", "POST", "/fhir", flag, &[]).await, 403);
    let exists = [("if-none-exist", "identifier=a|9")];
    assert_eq!(
        send("system/Flag.cu", "POST", "/fhir/Flag", bare, &exists).await,
        403,
        "it asks what exists"
    );
    assert_eq!(send("system/Patient.cu", "POST", "/fhir/Flag", bare, &[]).await, 403);
    let entry = |method: &str, url: &str, body: &str| {
        format!(r#"{{"resource":{body},"request":{{"method":"{method}","url":"{url}"}}}}"#)
    };
    let bundle = |kind: &str, entries: &[String]| {
        format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#,
            entries.join(",")
        )
    };
    let patient = r#"{"resourceType":"Patient","id":"1","name":[{"family":"Hardy"}],"birthDate":"1945-02-23"}"#;
    let both = [entry("PUT", "Flag/f", flag), entry("PUT", "Patient/1", patient)];
    let whole = bundle("transaction", &both);
    assert_eq!(send("system/Flag.cu", "POST", "/fhir", &whole, &[]).await, 403);
    assert_eq!(
        send("system/Flag.cu system/Patient.u", "POST", "/fhir", &whole, &[]).await,
        200
    );
    let token = world.token("sender", "system/Flag.cu").await;
    let answer = world
        .app
        .send("POST", "/fhir", &token, &bundle("batch", &both), &[])
        .await;
    let statuses: Vec<String> = answer.json()["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["response"]["status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["200", "403"], "{}", answer.text);
    let gone = bundle(
        "batch",
        &[r#"{"resource":{"resourceType":"Flag"},"request":{"method":"DELETE","url":"Patient/1"}}"#.to_owned()],
    );
    let answer = world.app.send("POST", "/fhir", &token, &gone, &[]).await;
    assert_eq!(
        answer.json()["entry"][0]["response"]["status"],
        "403",
        "{}",
        answer.text
    );
    let letters = bundle("collection", &[format!(r#"{{"resource":{patient}}}"#)]);
    let answer = world.app.send("POST", "/fhir", &token, &letters, &[]).await;
    assert_eq!(
        answer.json()["entry"][0]["response"]["status"],
        "403",
        "{}",
        answer.text
    );
    let message = "MSH|^~\\&|EPR|RBD|CHESIL|QVV|20261102085501||ADT^A01|00412|P|2.4\rPID|1||||Hardy^Ada||19450231|F\r";
    let answer = world.app.send("POST", "/$ingest", &token, message, &[]).await;
    assert_eq!(answer.status, 403, "a message may hold anything");
}
