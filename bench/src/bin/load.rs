//! Requests at a fixed rate, whether or not the answers keep up (an open loop): each latency is counted from
//! the moment the request was due, so that a stall is charged to every request it delays.
//!
//! Each connection is a thread of its own that sleeps until a request is due: the system wakes it within some 60 µs,
//! where the timers of an asynchronous runtime wake up to a millisecond late, which would be counted as the server's.
//! How late the requests whose connection was free really left is printed too; it is part of each latency.
//!
//! `load --address 127.0.0.1:8090 --rate 200 --connections 64 --seconds 20 --paths FILE --header 'Cookie: …' --expect TEXT`

use clap::Parser;
use std::io::{Read, Write};
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
    /// What stands before a question in the body of a POST: `csrf=…&asked=`.
    #[arg(long, default_value = "")]
    before: String,
    /// What every answer must hold.
    #[arg(long, default_value = "")]
    expect: String,
}

/// What is sent, and what its answer must hold.
struct Question {
    body: Option<String>,
    expect: Vec<u8>,
}

/// One answer.
struct Answer {
    status: u16,
    body: Vec<u8>,
    first_byte: Duration,
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
    let begun = Instant::now() + Duration::from_millis(200);
    let mut all = Measured::default();
    std::thread::scope(|scope| {
        let connections: Vec<_> = (0..arguments.connections)
            .map(|n| {
                let (arguments, paths, questions) = (&arguments, &paths, &questions);
                scope.spawn(move || one_connection(n, begun, arguments, paths, questions))
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
    let at = |list: &[f64], share: f64| {
        list.get(((list.len() as f64 * share) as usize).min(list.len().saturating_sub(1)))
            .copied()
            .unwrap_or(f64::NAN)
    };
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
            body: Some(format!("{}{}", arguments.before, asked.replace(' ', "+"))),
            expect: expect.as_bytes().to_vec(),
        });
    }
    if questions.is_empty() {
        return Err("no questions".into());
    }
    Ok(questions)
}

fn holds(body: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || body.windows(wanted.len()).any(|window| window == wanted)
}

fn one_connection(
    n: usize,
    begun: Instant,
    arguments: &Arguments,
    paths: &[&str],
    questions: &[Question],
) -> std::io::Result<Measured> {
    let mut stream = TcpStream::connect(&arguments.address)?;
    stream.set_nodelay(true)?;
    let mut measured = Measured::default();
    let total = (arguments.rate * arguments.seconds as f64) as usize;
    for request in (n..total).step_by(arguments.connections) {
        let due = begun + Duration::from_secs_f64(request as f64 / arguments.rate);
        let path = paths[request % paths.len()];
        let question = &questions[request % questions.len()];
        let (method, body) = match &question.body {
            Some(body) => ("POST", body.as_str()),
            None => ("GET", ""),
        };
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", arguments.address);
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
        stream.write_all(asked.as_bytes())?;
        let answer = read_answer(&mut stream, due)?;
        measured.took.push(due.elapsed().as_secs_f64() * 1e3);
        measured.first_byte.push(answer.first_byte.as_secs_f64() * 1e3);
        measured.bytes += answer.body.len() as u64;
        let held = holds(&answer.body, arguments.expect.as_bytes()) && holds(&answer.body, &question.expect);
        if answer.status != 200 || !held {
            measured.wrong += 1;
        }
    }
    Ok(measured)
}

/// Reads one answer with a Content-Length or in chunks.
fn read_answer(stream: &mut TcpStream, due: Instant) -> std::io::Result<Answer> {
    let broken = |what: &str| std::io::Error::other(what.to_owned());
    let mut held = Vec::with_capacity(64 * 1024);
    let mut chunk = vec![0; 64 * 1024];
    let mut first_byte = None;
    let head_end = loop {
        if let Some(at) = held.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if read_some(stream, &mut chunk, &mut held)? == 0 {
            return Err(broken("the connection was closed"));
        }
        first_byte.get_or_insert_with(|| due.elapsed());
    };
    let head = String::from_utf8_lossy(&held[..head_end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let mut body = held.split_off(head_end);
    if let Some(length) = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|v| v.trim().parse::<usize>().ok())
    {
        while body.len() < length {
            if read_some(stream, &mut chunk, &mut body)? == 0 {
                return Err(broken("the answer broke off"));
            }
        }
    } else {
        while !body.ends_with(b"0\r\n\r\n") {
            if read_some(stream, &mut chunk, &mut body)? == 0 {
                return Err(broken("the answer broke off"));
            }
        }
    }
    Ok(Answer {
        status,
        body,
        first_byte: first_byte.unwrap_or_default(),
    })
}

fn read_some(stream: &mut TcpStream, chunk: &mut [u8], held: &mut Vec<u8>) -> std::io::Result<usize> {
    let count = stream.read(chunk)?;
    held.extend_from_slice(&chunk[..count]);
    Ok(count)
}
