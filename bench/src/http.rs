//! Just enough of HTTP to ask a server of our own and to check what it answers.

use std::io::{Error, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// One answer.
pub struct Answer {
    /// Its status; 0 when it had none.
    pub status: u16,
    /// Its head, as it came.
    pub head: String,
    /// Its body; of one in chunks with their lengths between.
    pub body: Vec<u8>,
    /// When the first of it came.
    pub first_byte: Instant,
}

impl Answer {
    /// The values of a header, in order.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The value of a cookie that it sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.headers("set-cookie").find_map(|line| {
            let (found, rest) = line.split_once('=')?;
            (found == name).then(|| rest.split(';').next().unwrap_or_default().to_owned())
        })
    }

    /// What stands between two marks of the body for the first time.
    pub fn between(&self, from: &str, to: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let (_, rest) = text.split_once(from)?;
        rest.split_once(to).map(|(found, _)| found.to_owned())
    }

    /// Whether these bytes stand in the body; no bytes do.
    pub fn holds(&self, wanted: &[u8]) -> bool {
        wanted.is_empty() || self.body.windows(wanted.len()).any(|window| window == wanted)
    }
}

/// Asks and reads the answer.
///
/// # Errors
/// When the connection breaks off.
pub fn ask(stream: &mut TcpStream, request: &str) -> std::io::Result<Answer> {
    stream.write_all(request.as_bytes())?;
    read_answer(stream)
}

/// Reads one answer with a Content-Length or in chunks.
fn read_answer(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let broken = |what: &str| Error::other(what.to_owned());
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
        first_byte.get_or_insert_with(Instant::now);
    };
    let mut body = held.split_off(head_end);
    let mut answer = Answer {
        status: 0,
        head: String::from_utf8_lossy(&held).into_owned(),
        body: Vec::new(),
        first_byte: first_byte.unwrap_or_else(Instant::now),
    };
    answer.status = answer
        .head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0);
    let length: Option<usize> = answer.headers("content-length").find_map(|value| value.parse().ok());
    let whole = |body: &[u8]| match length {
        Some(length) => body.len() >= length,
        None => body.ends_with(b"0\r\n\r\n"),
    };
    while !whole(&body) {
        if read_some(stream, &mut chunk, &mut body)? == 0 {
            return Err(broken("the answer broke off"));
        }
    }
    answer.body = body;
    Ok(answer)
}

fn read_some(stream: &mut TcpStream, chunk: &mut [u8], held: &mut Vec<u8>) -> std::io::Result<usize> {
    let count = stream.read(chunk)?;
    held.extend_from_slice(&chunk[..count]);
    Ok(count)
}
