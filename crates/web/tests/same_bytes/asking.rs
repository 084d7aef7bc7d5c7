//! Who asks, what they ask, and what they are answered, to the last byte but for what is said to change.

use crate::store;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use care::Care;
use care::access::{Actor, DEMO_USERS, Role};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower::ServiceExt;
use web::serving::{Site, router};

/// Links followed at most from one reader's pages about a person.
const LINKS_MAX: usize = 10;
/// Pages of one search followed at most.
const PAGES_MAX: usize = 4;

fn random() -> Option<[u8; 32]> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Some(*blake3::hash(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes()).as_bytes())
}

/// Somebody who reads: signed in at a browser, or another system with a token.
#[derive(Clone, Debug)]
pub struct Reader {
    pub name: String,
    pub actor: Actor,
    pub at_browser: bool,
}

/// Everyone: each demo user at a browser, and a system of each role that FHIR answers.
pub fn readers() -> Vec<Reader> {
    let people = DEMO_USERS.iter().map(|user| Reader {
        name: user.user.to_owned(),
        actor: user.actor(),
        at_browser: true,
    });
    let systems = Role::ALL.iter().map(|role| Reader {
        name: format!("system: {}", role.words()),
        actor: store::machine(*role, None, &store::token(*role)).actor,
        at_browser: false,
    });
    people.chain(systems).collect()
}

/// A store with the real router over it.
pub struct Served {
    pub care: Arc<Care>,
    router: Router,
}

impl Served {
    pub fn over(care: Arc<Care>) -> Self {
        let machines = store::machines();
        let site = Site {
            machines: machines.into(),
            ..Site::new(Arc::clone(&care), (store::now, random), store::sign_in())
        };
        Self {
            care,
            router: router(Arc::new(site)),
        }
    }
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    path: String,
    /// A form to be sent; a page is only opened without one.
    form: Option<String>,
}

impl Asked {
    fn open(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            form: None,
        }
    }

    fn send(path: &str, form: &str) -> Self {
        Self {
            path: path.to_owned(),
            form: Some(form.to_owned()),
        }
    }

    /// Whether the answer holds rows of the audit, which asking adds to.
    pub fn tells_who_looked(&self) -> bool {
        self.path.contains("/looked")
    }

    /// What kind of question it is, for telling how long each takes.
    pub fn kind(&self) -> &'static str {
        match (
            &self.form,
            self.path.starts_with("/fhir"),
            self.path.matches('/').count(),
        ) {
            (Some(_), ..) => "finding people",
            (_, true, _) if self.path.contains("$everything") => "FHIR everything",
            (_, true, 2) => "FHIR search",
            (_, true, _) => "FHIR read",
            (_, _, 2) => "record page",
            _ => "other page",
        }
    }
}

/// An answer, without what is declared to change from one asking to the next.
#[derive(Clone, Debug)]
pub struct Given {
    pub status: u16,
    headers: String,
    pub bytes: String,
    pub took: Duration,
}

pub type Answers = Vec<(Asked, Given)>;

impl Given {
    /// Where it differs from another, if it does.
    pub fn differs_from(&self, other: &Self) -> Option<String> {
        if (self.status, &self.headers) != (other.status, &other.headers) {
            return Some(format!(
                "{} {} / {} {}",
                self.status, self.headers, other.status, other.headers
            ));
        }
        let at = self.bytes.bytes().zip(other.bytes.bytes()).position(|(a, b)| a != b);
        let at = match (at, self.bytes.len() == other.bytes.len()) {
            (None, true) => return None,
            (at, _) => at.unwrap_or(self.bytes.len().min(other.bytes.len())),
        };
        let near = |text: &str| {
            let letters = text.char_indices().filter(|(n, _)| *n + 90 > at && *n < at + 110);
            letters.map(|(_, letter)| letter).collect::<String>().replace('\n', " ")
        };
        Some(format!("…{}…\n    …{}…", near(&self.bytes), near(&other.bytes)))
    }
}

/// The form's token of a page.
fn csrf_in(text: &str) -> Option<&str> {
    text.split("name=\"csrf\" value=\"").nth(1)?.split('"').next()
}

/// One reader at one store.
struct At<'a> {
    served: &'a Served,
    /// How they show who they are.
    shown: (header::HeaderName, String),
    csrf: String,
}

impl<'a> At<'a> {
    async fn of(served: &'a Served, reader: &Reader) -> At<'a> {
        let mut at = At {
            served,
            shown: (header::AUTHORIZATION, format!("Bearer {}", reader.actor.user)),
            csrf: String::new(),
        };
        if reader.at_browser {
            at.shown = (header::COOKIE, String::new());
            at.raw(&Asked::open("/sign-in")).await;
            at.raw(&Asked::send("/sign-in", &format!("user={}", reader.actor.user)))
                .await;
            at.raw(&Asked::open("/contact")).await;
        }
        at
    }

    /// Asks, keeping cookies and the form's token.
    async fn raw(&mut self, asked: &Asked) -> Given {
        let request = Request::builder()
            .uri(&asked.path)
            .header(header::HOST, "example.org")
            .header("x-forwarded-for", "192.0.2.7")
            .header(header::USER_AGENT, "Firefox/140.0")
            .header(&self.shown.0, &self.shown.1);
        let request = match &asked.form {
            None => request.body(Body::empty()),
            Some(form) => request
                .method("POST")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from(match asked.path.starts_with("/fhir") {
                    true => form.clone(),
                    false => format!("{form}&csrf={}", self.csrf),
                })),
        };
        let begun = std::time::Instant::now();
        let response = self.served.router.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.unwrap();
        let took = begun.elapsed();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            let others = self
                .shown
                .1
                .split("; ")
                .filter(|one| !one.is_empty() && !one.starts_with(&format!("{name}=")));
            self.shown.1 = others.chain([pair]).collect::<Vec<_>>().join("; ");
        }
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(csrf) = csrf_in(&text).map(str::to_owned) {
            text = text.replace(&csrf, "(token)");
            self.csrf = csrf;
        }
        let mut headers: Vec<String> = parts
            .headers
            .iter()
            .filter(|(name, _)| *name != header::SET_COOKIE)
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("")))
            .collect();
        headers.sort();
        Given {
            status: parts.status.as_u16(),
            headers: headers.join("; "),
            bytes: text,
            took,
        }
    }
}

/// About whom is asked, and after what that some may not see.
#[derive(Clone, Debug)]
pub struct About {
    pub person: String,
    /// A sender's own view of them.
    pub record: String,
    pub number: String,
    /// What is typed to find them by two traits.
    pub traits: Vec<String>,
    /// The kind and id of what is hidden, if it has one.
    pub hidden: Vec<(String, String)>,
    /// Its code.
    pub code: String,
}

/// What a reader asks: every kind of page about a person and every FHIR search and read, with the links that they are
/// shown, and what is hidden by its own address, as if they had it from elsewhere.
pub async fn questions(left: &Served, right: &Served, reader: &Reader, about: &About) -> BTreeSet<Asked> {
    let first: BTreeSet<Asked> = match reader.at_browser {
        true => pages(about),
        false => fhir(about),
    };
    let mut asked = first.clone();
    // Both are asked alike, since being asked leaves rows that some pages show.
    for served in [left, right] {
        let mut at = At::of(served, reader).await;
        for start in &first {
            let mut next = Some(start.clone());
            for _ in 0..PAGES_MAX {
                let Some(question) = next.take() else { break };
                let given = at.raw(&question).await;
                if reader.at_browser {
                    let links = links(&given.bytes, &format!("/people/{}", about.person));
                    let room = (first.len() + LINKS_MAX).saturating_sub(asked.len());
                    let new: Vec<Asked> = links
                        .into_iter()
                        .map(Asked::open)
                        .filter(|one| !asked.contains(one))
                        .collect();
                    asked.extend(new.into_iter().take(room));
                } else if let Some(link) = further(&given.bytes) {
                    asked.insert(Asked::open(link.clone()));
                    next = Some(Asked::open(link));
                }
            }
        }
    }
    asked
}

fn links(text: &str, start: &str) -> BTreeSet<String> {
    let all = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    all.filter(|link| link.starts_with(start))
        .map(|link| {
            link.split('#')
                .next()
                .unwrap_or(link)
                .replace("&#38;", "&")
                .replace("&amp;", "&")
        })
        .collect()
}

/// The link of a bundle to its next page.
fn further(text: &str) -> Option<String> {
    let bundle: serde_json::Value = serde_json::from_str(text).ok()?;
    let link = bundle["link"]
        .as_array()?
        .iter()
        .find(|link| link["relation"] == "next")?;
    Some(link["url"].as_str()?.strip_prefix("http://example.org")?.to_owned())
}

fn pages(about: &About) -> BTreeSet<Asked> {
    let person = format!("/people/{}", about.person);
    let mut asked: BTreeSet<Asked> = [
        "",
        "?years=all",
        "/summary",
        "/looked",
        "/sharing",
        "/sharing/objection",
        "/preferences",
    ]
    .iter()
    .chain(&["/requests", "/copy", "/proxies", "/emergency", "/sharing/online"])
    .map(|end| Asked::open(format!("{person}{end}")))
    .collect();
    asked.extend(
        [
            "/",
            "/mine",
            "/requests",
            "/removals",
            "/emergencies",
            "/wrong",
            "/nowhere",
        ]
        .map(Asked::open),
    );
    for (_, id) in &about.hidden {
        for end in [
            "",
            "/as-sent",
            "/versions/1",
            "/versions/1/as-sent",
            "/sharing",
            "/request",
            "/removal",
        ] {
            asked.insert(Asked::open(format!("{person}/entries/{id}{end}")));
        }
        asked.insert(Asked::open(format!("{person}/documents/{id}")));
    }
    for typed in about.traits.iter().chain([&about.number]) {
        asked.insert(Asked::send("/people", &format!("asked={}", typed.replace(' ', "+"))));
    }
    asked
}

fn fhir(about: &About) -> BTreeSet<Asked> {
    let (person, record) = (&about.person, &about.record);
    let mut asked = BTreeSet::new();
    for kind in [
        "Condition",
        "AllergyIntolerance",
        "Observation",
        "Encounter",
        "MedicationStatement",
        "Procedure",
    ] {
        for end in ["", "&_count=2", "&_summary=count", "&_sort=-_lastUpdated"] {
            asked.insert(Asked::open(format!("/fhir/{kind}?patient={person}{end}")));
        }
        asked.insert(Asked::open(format!("/fhir/{kind}?patient={record}")));
        asked.insert(Asked::open(format!(
            "/fhir/{kind}?patient={person}&code={}",
            about.code
        )));
        asked.insert(Asked::open(format!(
            "/fhir/{kind}?patient={person}&_include={kind}:subject"
        )));
    }
    for id in [person, record] {
        for end in ["", "/_history", "/$everything", "/$everything?_count=3", "/$as-sent"] {
            asked.insert(Asked::open(format!("/fhir/Patient/{id}{end}")));
        }
        asked.insert(Asked::open(format!(
            "/fhir/Patient?_id={id}&_revinclude=Condition:subject"
        )));
    }
    for (kind, id) in &about.hidden {
        for end in ["", "/_history", "/_history/1", "/$as-sent"] {
            asked.insert(Asked::open(format!("/fhir/{kind}/{id}{end}")));
        }
        asked.insert(Asked::open(format!("/fhir/{kind}?_id={id}")));
        asked.insert(Asked::open(format!("/fhir/{kind}?patient={person}&_id={id}")));
    }
    asked.insert(Asked::send(
        "/fhir/Patient/_search",
        &format!("identifier={}", about.number),
    ));
    asked.insert(Asked::send(
        "/fhir/Condition/_search",
        &format!("patient={person}&code={}", about.code),
    ));
    asked
}

/// Asks all of it in one order, as one reader with a session of their own.
pub async fn ask_all(served: &Served, reader: &Reader, questions: &BTreeSet<Asked>) -> Answers {
    let mut at = At::of(served, reader).await;
    let mut answers = Answers::new();
    for asked in questions {
        answers.push((asked.clone(), at.raw(asked).await));
    }
    answers
}
