//! Requests at a fixed rate, whether or not the answers keep up (an open loop): each latency is counted from
//! the moment the request was due, so that a stall is charged to every request it delays.
//!
//! Each connection is a thread of its own that sleeps until a request is due: the system wakes it within some 60 µs,
//! where the timers of an asynchronous runtime wake up to a millisecond late, which would be counted as the server's.
//! How late the requests whose connection was free really left is printed too; it is part of each latency.
//!
//! `load --address 127.0.0.1:8090 --rate 200 --connections 64 --seconds 20 --paths FILE --sessions FILE --expect TEXT`

use bench::at;
use bench::http::ask;
use clap::Parser;
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[derive(Parser)]
struct Arguments {
    /// Server.
    #[arg(long)]
    address: String,
    /// Requests a second.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// Connections.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How long.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// A file of paths, one a line, asked in turn.
    #[arg(long)]
    paths: std::path::PathBuf,
    /// Headers to send.
    #[arg(long)]
    header: Vec<String>,
    /// A file of questions, one a line, asked in turn by POST to the paths: what to ask, a tab, what its answer
    /// must hold.
    #[arg(long)]
    questions: Option<std::path::PathBuf>,
    /// What stands before a question in the body of a POST: `csrf={csrf}&asked=`, with the token of the session.
    #[arg(long, default_value = "")]
    before: String,
    /// A file of sessions, one a line, shared among the connections: a cookie, a tab, the token of its forms.
    #[arg(long)]
    sessions: Option<std::path::PathBuf>,
    /// What every answer must hold.
    #[arg(long, default_value = "")]
    expect: String,
}

/// What is sent, and what its answer must hold.
struct Question {
    body: Option<String>,
    expect: Vec<u8>,
}

/// What one connection measured; times are milliseconds.
#[derive(Default)]
struct Measured {
    took: Vec<f64>,
    first_byte: Vec<f64>,
    late: Vec<f64>,
    wrong: u64,
    bytes: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let text = std::fs::read_to_string(&arguments.paths)?;
    let paths: Vec<&str> = text.lines().collect();
    if paths.is_empty() {
        return Err("no paths".into());
    }
    let questions = questions(&arguments)?;
    let sessions = match &arguments.sessions {
        Some(path) => std::fs::read_to_string(path)?,
        None => String::new(),
    };
    let sessions: Vec<(&str, &str)> = sessions.lines().filter_map(|line| line.split_once('\t')).collect();
    let begun = Instant::now() + Duration::from_millis(200);
    let mut all = Measured::default();
    std::thread::scope(|scope| {
        let connections: Vec<_> = (0..arguments.connections)
            .map(|n| {
                let (arguments, paths, questions) = (&arguments, &paths, &questions);
                let session = sessions.get(n % sessions.len().max(1)).copied();
                scope.spawn(move || one_connection((n, session), begun, arguments, paths, questions))
            })
            .collect();
        for connection in connections {
            if let Ok(Ok(one)) = connection.join() {
                all.took.extend(one.took);
                all.first_byte.extend(one.first_byte);
                all.late.extend(one.late);
                all.wrong += one.wrong;
                all.bytes += one.bytes;
            } else {
                all.wrong += 1;
            }
        }
    });
    let whole = begun.elapsed().as_secs_f64();
    for list in [&mut all.took, &mut all.first_byte, &mut all.late] {
        list.sort_by(f64::total_cmp);
    }
    println!(
        "{} answers at {:.0}/s wanted, {:.0}/s had; ms p50 {:.2} p90 {:.2} p99 {:.2} max {:.2}; first byte p99 {:.2}; {:.1} MB/s; {} wrong; sent late p50 {:.2} p99 {:.2}",
        all.took.len(),
        arguments.rate,
        all.took.len() as f64 / whole,
        at(&all.took, 0.50),
        at(&all.took, 0.90),
        at(&all.took, 0.99),
        at(&all.took, 1.0),
        at(&all.first_byte, 0.99),
        all.bytes as f64 / whole / 1e6,
        all.wrong,
        at(&all.late, 0.50),
        at(&all.late, 0.99),
    );
    Ok(())
}

/// The questions of the file, or a single one that is only asked for.
fn questions(arguments: &Arguments) -> Result<Vec<Question>, Box<dyn std::error::Error>> {
    let Some(path) = &arguments.questions else {
        return Ok(vec![Question {
            body: None,
            expect: Vec::new(),
        }]);
    };
    let mut questions = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let (asked, expect) = line
            .split_once('\t')
            .ok_or("a question without what its answer must hold")?;
        questions.push(Question {
            body: Some(asked.replace(' ', "+")),
            expect: expect.as_bytes().to_vec(),
        });
    }
    if questions.is_empty() {
        return Err("no questions".into());
    }
    Ok(questions)
}

fn one_connection(
    (n, session): (usize, Option<(&str, &str)>),
    begun: Instant,
    arguments: &Arguments,
    paths: &[&str],
    questions: &[Question],
) -> std::io::Result<Measured> {
    let mut stream = TcpStream::connect(&arguments.address)?;
    stream.set_nodelay(true)?;
    let mut measured = Measured::default();
    let before = arguments.before.replace("{csrf}", session.map_or("", |(_, csrf)| csrf));
    let total = (arguments.rate * arguments.seconds as f64) as usize;
    for request in (n..total).step_by(arguments.connections) {
        let due = begun + Duration::from_secs_f64(request as f64 / arguments.rate);
        let path = paths[request % paths.len()];
        let question = &questions[request % questions.len()];
        let (method, body) = match &question.body {
            Some(body) => ("POST", format!("{before}{body}")),
            None => ("GET", String::new()),
        };
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", arguments.address);
        if let Some((cookie, _)) = session {
            head.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        for header in &arguments.header {
            head.push_str(header);
            head.push_str("\r\n");
        }
        if question.body.is_some() {
            head.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let asked = format!("{head}\r\n{body}");
        if let Some(left) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(left);
            measured.late.push(due.elapsed().as_secs_f64() * 1e3);
        }
        let answer = ask(&mut stream, &asked)?;
        measured.took.push(due.elapsed().as_secs_f64() * 1e3);
        let first_byte = answer.first_byte.saturating_duration_since(due);
        measured.first_byte.push(first_byte.as_secs_f64() * 1e3);
        measured.bytes += answer.body.len() as u64;
        let held = answer.holds(arguments.expect.as_bytes()) && answer.holds(&question.expect);
        if answer.status != 200 || !held {
            measured.wrong += 1;
        }
    }
    Ok(measured)
}
