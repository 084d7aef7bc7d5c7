//! People signing in through the pages, so many a minute whether or not the answers keep up (an open loop): each
//! comes with a browser of their own, asks for the page, sends name, password and the code of their authenticator
//! app, and goes on to where that leads. What is answered is checked.
//!
//! `sign_ins --make 600 --data FOLDER --accounts FILE [--database URL]` makes accounts, set up as their owners would;
//! `sign_ins --address 127.0.0.1:8090 --accounts FILE --a-minute 500 --seconds 60` signs them in, each account at most
//! once in half a minute, since a code is good once.

use bench::http::{Answer, ask};
use bench::{at, dorset, now};
use care::access::account::{
    self, AccountKey, Enrolled, Enrolling, Hasher, Kept, NewAccount, Password, Source, authenticator,
};
use care::db::Place;
use care::{Care, Opening};
use clap::Parser;
use record::Instant as Moment;
use std::error::Error;
use std::fmt::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Parser)]
struct Arguments {
    /// Makes so many accounts instead of signing in.
    #[arg(long)]
    make: Option<usize>,
    /// The data folder that accounts are made in; it holds `account.key`.
    #[arg(long, default_value = "bench-data")]
    data: PathBuf,
    /// PostgreSQL, where the record is not in that folder.
    #[arg(long)]
    database: Option<String>,
    /// The file of accounts: a name, the key of an authenticator app, and the cookie of the session that its owner has
    /// from setting it up, one a line.
    #[arg(long)]
    accounts: PathBuf,
    /// Server.
    #[arg(long, default_value = "127.0.0.1:8090")]
    address: String,
    /// Sign-ins a minute.
    #[arg(long, default_value_t = 500.0)]
    a_minute: f64,
    /// How long.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// Browsers at once.
    #[arg(long, default_value_t = 32)]
    browsers: usize,
    /// Every so many-th first types a wrong password, which must be refused.
    #[arg(long, default_value_t = 20)]
    mistyped_every: usize,
}

const PASSWORD: &str = "otter ladder cobalt";
/// A code is good for its own half minute and once.
const CODE_SECONDS: f64 = 31.0;

fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    match arguments.make {
        Some(count) => make(&arguments, count),
        None => sign_in(&arguments),
    }
}

fn make(arguments: &Arguments, count: usize) -> Outcome<()> {
    let key = AccountKey::new(secret(&arguments.data.join("account.key"))?);
    let (place, audit_place) = match &arguments.database {
        Some(url) => (Place::Pg(url.clone()), Place::Pg(url.clone())),
        None => (
            Place::Lite(arguments.data.join("record.db")),
            Place::Lite(arguments.data.join("audit.db")),
        ),
    };
    let care = Care::open(Opening {
        place,
        audit_place,
        system: Arc::new(dorset()?),
        stamp: None,
        readers: 1,
        now: now(),
        fresh_key: random()?,
        chain: now().0,
    })?;
    // All of them chose the same password: it is hashed once here, and each time that it is compared.
    let (tell, told) = crossbeam_channel::bounded(1);
    let salt = random()?.first_chunk::<16>().copied().unwrap_or_default();
    Hasher::start(&key)?.make(Password::new(PASSWORD), salt, move |kept| drop(tell.send(kept)))?;
    let kept = told.recv()?.ok_or("the password was not hashed")?;
    // Set up two minutes ago, so that the code of now is good.
    let then = Moment(now().0 - 120_000_000);
    let mut lines = String::new();
    for number in 0..count {
        let (user, app, token) = enrolled(&care, &key, &kept, (number, then))?;
        writeln!(lines, "{user}\t{}\tchesil={token}", hex(&app))?;
    }
    std::fs::write(&arguments.accounts, lines)?;
    println!("{count} accounts");
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An account that its owner has set up: its name, the key of the authenticator app, and the token of the session.
fn enrolled(
    care: &Care,
    key: &AccountKey,
    kept: &Kept,
    (number, then): (usize, Moment),
) -> Outcome<(String, Vec<u8>, String)> {
    let new = NewAccount {
        user: format!("bench.{}.{number}", then.0 / 1_000_000),
        name: format!("Bench Nurse {number}"),
        role: "clinician".to_owned(),
        organisation: "DEMO-UC01".to_owned(),
    };
    let one = account::add(
        care,
        key,
        &new,
        "system:bench",
        ([random()?, random()?, random()?], then),
    )?;
    let source = Source {
        network: "192.0.2.1".to_owned(),
        ..Source::default()
    };
    let shown = (one.user.as_str(), one.code.as_str());
    let Enrolling::Open { key: app, .. } = account::begin_enrolling(care, key, shown, &source, then)? else {
        return Err("an account could not be set up".into());
    };
    let code = authenticator::shown(&app, then).ok_or("no code")?;
    let token = hex(&random()?);
    let done = account::finish_enrolling(care, key, shown, (kept, &code), (&token, random()?), (&source, then))?;
    match done {
        Enrolled::In(..) => Ok((one.user, app, token)),
        Enrolled::WrongCode | Enrolled::Gone => Err("an account was not set up".into()),
    }
}

fn random() -> Outcome<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn secret(path: &Path) -> Outcome<[u8; 32]> {
    let bytes = bytes_of(std::fs::read_to_string(path)?.trim()).ok_or("account.key is not hexadecimal")?;
    Ok(<[u8; 32]>::try_from(bytes).map_err(|_| "account.key is not 32 bytes")?)
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

/// Someone with an account and a telephone.
struct Owner {
    user: String,
    app: Vec<u8>,
}

/// What the browsers measured; times are milliseconds from when a sign-in was due.
#[derive(Default)]
struct Measured {
    answered: Vec<f64>,
    landed: Vec<f64>,
    refused: usize,
    failed: Vec<String>,
    wrong: Vec<String>,
}

fn sign_in(arguments: &Arguments) -> Outcome<()> {
    let mut owners = Vec::new();
    for line in std::fs::read_to_string(&arguments.accounts)?.lines() {
        let mut parts = line.split('\t');
        let (Some(user), Some(app)) = (parts.next(), parts.next()) else {
            return Err("an account without a key".into());
        };
        owners.push(Owner {
            user: user.to_owned(),
            app: bytes_of(app).ok_or("a key that is not hexadecimal")?,
        });
    }
    let rate = arguments.a_minute / 60.0;
    if (owners.len() as f64) < rate * CODE_SECONDS {
        return Err(format!("{} accounts are too few: a code is good once", owners.len()).into());
    }
    let begun = Instant::now() + Duration::from_millis(200);
    let mut all = Measured::default();
    std::thread::scope(|scope| {
        let browsers: Vec<_> = (0..arguments.browsers)
            .map(|n| {
                let owners = &owners;
                scope.spawn(move || one_browser(n, begun, arguments, owners))
            })
            .collect();
        for browser in browsers {
            let Ok(one) = browser.join() else {
                all.failed.push("a browser broke".to_owned());
                continue;
            };
            all.answered.extend(one.answered);
            all.landed.extend(one.landed);
            all.refused += one.refused;
            all.failed.extend(one.failed);
            all.wrong.extend(one.wrong);
        }
    });
    let whole = begun.elapsed().as_secs_f64();
    all.answered.sort_by(f64::total_cmp);
    all.landed.sort_by(f64::total_cmp);
    println!(
        "{} signed in at {:.0}/min wanted, {:.0}/min had; ms to the answer p50 {:.1} p99 {:.1} max {:.1}; to the front page p50 {:.1} p99 {:.1}; {} mistyped passwords refused; {} failed; {} wrong",
        all.landed.len(),
        arguments.a_minute,
        all.landed.len() as f64 * 60.0 / whole,
        at(&all.answered, 0.5),
        at(&all.answered, 0.99),
        at(&all.answered, 1.0),
        at(&all.landed, 0.5),
        at(&all.landed, 0.99),
        all.refused,
        all.failed.len(),
        all.wrong.len(),
    );
    for said in all.failed.iter().chain(&all.wrong).take(5) {
        eprintln!("{said}");
    }
    Ok(())
}

fn one_browser(n: usize, begun: Instant, arguments: &Arguments, owners: &[Owner]) -> Measured {
    let rate = arguments.a_minute / 60.0;
    let total = (rate * arguments.seconds) as usize;
    let mut measured = Measured::default();
    for one in (n..total).step_by(arguments.browsers) {
        let due = begun + Duration::from_secs_f64(one as f64 / rate);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let owner = &owners[one % owners.len()];
        let mistyped = arguments.mistyped_every > 0 && one % arguments.mistyped_every == 0;
        if let Err(error) =
            Browser::open(arguments).and_then(|browser| browser.comes_in(owner, (mistyped, due), &mut measured))
        {
            measured.failed.push(format!("{}: {error}", owner.user));
        }
    }
    measured
}

/// A browser that has been here never before.
struct Browser<'a> {
    arguments: &'a Arguments,
    stream: TcpStream,
    cookies: Vec<(&'static str, String)>,
}

impl<'a> Browser<'a> {
    fn open(arguments: &'a Arguments) -> Outcome<Self> {
        let stream = TcpStream::connect(&arguments.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            arguments,
            stream,
            cookies: Vec::new(),
        })
    }

    fn comes_in(mut self, owner: &Owner, (mistyped, mut due): (bool, Instant), measured: &mut Measured) -> Outcome<()> {
        let since = |due: Instant| due.elapsed().as_secs_f64() * 1e3;
        let mut page = self.ask("GET", "/sign-in?by=password", "")?;
        if mistyped {
            page = self.types(&page, owner, "otter ladder cobble")?;
            match page.status == 401 && page.holds(b"is not right") {
                true => measured.refused += 1,
                false => measured.wrong.push(format!("a wrong password: {}", page.status)),
            }
            // What is timed is one sign-in, not two.
            due = Instant::now();
        }
        let answered = self.types(&page, owner, PASSWORD)?;
        if answered.status != 303 || answered.cookie("chesil").is_none() {
            let said = answered.between("error-summary__list\">", "</ul>").unwrap_or_default();
            return Err(format!("{}: {said}", answered.status).into());
        }
        measured.answered.push(since(due));
        let mut landed = answered;
        for _ in 0..3 {
            let Some(onward) = landed.headers("location").next().map(str::to_owned) else {
                break;
            };
            landed = self.ask("GET", &onward, "")?;
        }
        let number = owner.user.rsplit('.').next().unwrap_or_default();
        let named = landed.holds(format!("Bench Nurse {number}").as_bytes());
        if landed.status != 200 || !named || !landed.holds(b"Find a person") {
            measured.wrong.push(format!(
                "{}: the front page is not theirs ({})",
                owner.user, landed.status
            ));
        }
        measured.landed.push(since(due));
        Ok(())
    }

    /// Types into the form of a page and sends it.
    fn types(&mut self, page: &Answer, owner: &Owner, password: &str) -> Outcome<Answer> {
        let csrf = page
            .between("name=\"csrf\" value=\"", "\"")
            .ok_or("a page without a form")?;
        let code = authenticator::shown(&owner.app, now()).ok_or("no code")?;
        let (user, password) = (&owner.user, password.replace(' ', "+"));
        let body = format!("csrf={csrf}&onward=&user={user}&password={password}&code={code}");
        self.ask("POST", "/sign-in", &body)
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Outcome<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.arguments.address);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            write!(request, "Cookie: {}\r\n", cookies.join("; "))?;
        }
        if method == "POST" {
            let length = body.len();
            write!(
                request,
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
            )?;
        }
        let answer = ask(&mut self.stream, &format!("{request}\r\n{body}"))?;
        for name in ["chesil", "chesil-browser"] {
            if let Some(value) = answer.cookie(name) {
                self.cookies.retain(|(kept, _)| *kept != name);
                self.cookies.push((name, value));
            }
        }
        Ok(answer)
    }
}
