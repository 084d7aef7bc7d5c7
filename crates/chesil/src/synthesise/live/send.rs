//! Sending one thing: over MLLP, to `/$ingest`, to `/fhir`, or into a watched folder.

use super::Play;
use crate::error::Failure;
use exchange::hl7::mllp::{Decoder, Found, encode};
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use synthetic::live::{Sent, Written};

const TIMEOUT: Duration = Duration::from_secs(30);
/// Most bytes of an answer that are read.
const ANSWER_BYTES: usize = 1 << 20;

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Durable: what it said, such as `AA`.
    Taken(String),
    /// Put where the server looks; it moves it aside once taken.
    Dropped,
    /// It will not take this, and sending it again would not help.
    Refused(String),
    /// There is no way to send this.
    NoWay,
}

/// A server that answers, with the connections to it.
pub struct Target {
    base: String,
    token: String,
    agent: ureq::Agent,
    mllp: HashMap<String, (SocketAddr, Option<TcpStream>)>,
    watched: Option<PathBuf>,
    dropped: Vec<PathBuf>,
}

impl Target {
    /// As the arguments say. Nothing is sent yet.
    pub fn new(play: &Play) -> Result<Self, Failure> {
        let token = match &play.token_file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("--token-file {}: {error}", path.display())))?
                .trim()
                .to_owned(),
            None => "demo-sender".to_owned(),
        };
        let mut mllp = HashMap::new();
        for listening in &play.mllp {
            let wrong = || Failure::new(format!("--mllp {listening}: write ADDRESS=FEED"));
            let (address, feed) = listening.split_once('=').ok_or_else(wrong)?;
            mllp.insert(feed.to_owned(), (address.parse().map_err(|_| wrong())?, None));
        }
        if !(play.to.starts_with("http://") || play.to.starts_with("https://")) {
            return Err(Failure::new(format!(
                "--to {}: begin with http:// or https://",
                play.to
            )));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .into();
        Ok(Self {
            base: play.to.trim_end_matches('/').to_owned(),
            token,
            agent,
            mllp,
            watched: play.drop.clone(),
            dropped: Vec::new(),
        })
    }

    /// Whether the server keeps invented people alone: only such a one has the page that says how they came out.
    ///
    /// # Errors
    /// In words, when nobody answers.
    pub fn is_demo(&self) -> Result<bool, String> {
        let answer = self.agent.get(format!("{}/invented", self.base)).call();
        match answer
            .map_err(|error| format!("{}: no answer: {error}", self.base))?
            .status()
            .as_u16()
        {
            200 => Ok(true),
            429 | 500..=599 => Err(format!("{}: it cannot answer now", self.base)),
            _ => Ok(false),
        }
    }

    /// Sends one thing and waits for the answer.
    ///
    /// # Errors
    /// In words, when nobody answers or the server asks to be tried again.
    pub fn send(&mut self, one: &Sent) -> Result<Answer, String> {
        match one.written {
            Written::Message if self.mllp.contains_key(one.feed) => self.over_mllp(one),
            Written::Message => self.post("/$ingest", "text/plain", one),
            Written::Bundle => self.post("/fhir", "application/fhir+json", one),
            Written::Table => self.put_down(one),
        }
    }

    fn post(&self, path: &str, kind: &str, one: &Sent) -> Result<Answer, String> {
        let answer = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", kind)
            .header("organisation-code", one.sender)
            .header("x-feed", one.feed)
            .send(&one.bytes[..]);
        let mut answer = answer.map_err(|error| format!("no answer: {error}"))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        let code = acknowledged(text.as_bytes());
        match (status, code) {
            (200..=299, Some(code)) => Ok(Answer::Taken(code)),
            (200..=299, None) => Ok(Answer::Taken(status.to_string())),
            (429 | 500..=599, _) => Err(format!("it answered {status}")),
            // A token that is not known will not be known at the next try: this ends the play in words.
            (401 | 403, _) => Ok(Answer::Refused(format!("{status}: the token may not send this"))),
            (_, code) => Ok(Answer::Refused(code.unwrap_or_else(|| status.to_string()))),
        }
    }

    fn over_mllp(&mut self, one: &Sent) -> Result<Answer, String> {
        let Some((address, held)) = self.mllp.get_mut(one.feed) else {
            return Ok(Answer::NoWay);
        };
        // A connection that broke is made anew at the next try.
        let mut stream = match held.take() {
            Some(stream) => stream,
            None => TcpStream::connect_timeout(address, TIMEOUT).map_err(|error| format!("{address}: {error}"))?,
        };
        let answer = converse(&mut stream, &one.bytes).map_err(|error| format!("{address}: {error}"))?;
        *held = Some(stream);
        match acknowledged(&answer) {
            Some(code) if code == "AA" => Ok(Answer::Taken(code)),
            Some(code) => Ok(Answer::Refused(code)),
            None => Ok(Answer::Refused("an answer that is no acknowledgement".to_owned())),
        }
    }

    /// Into the watched folder, in one step, so that half a file is never seen.
    fn put_down(&mut self, one: &Sent) -> Result<Answer, String> {
        let Some(watched) = &self.watched else {
            return Ok(Answer::NoWay);
        };
        let folder = watched.join(one.feed);
        let (path, beside) = (folder.join(&one.file_name), folder.join(format!(".{}", one.file_name)));
        let put = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&beside, &one.bytes))
            .and_then(|()| std::fs::rename(&beside, &path));
        put.map_err(|error| format!("{}: {error}", folder.display()))?;
        self.dropped.push(path);
        Ok(Answer::Dropped)
    }

    /// Waits until the server has taken every file, but not for ever, and says how many it has not.
    pub fn settle(&mut self, at_most: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < at_most {
            self.dropped.retain(|path| path.exists());
            if self.dropped.is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        println!("{} files still lie in the watched folder", self.dropped.len());
    }
}

fn converse(stream: &mut TcpStream, message: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(&encode(message))?;
    let (mut decoder, mut buffer) = (Decoder::new(ANSWER_BYTES), vec![0; 64 << 10]);
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        for found in decoder.feed(buffer.get(..count).unwrap_or_default()) {
            if let Found::Frame(answer) = found {
                return Ok(answer);
            }
        }
    }
}

/// MSA-1 of an acknowledgement.
fn acknowledged(answer: &[u8]) -> Option<String> {
    let segment = answer
        .split(|byte| *byte == b'\r')
        .find(|line| line.starts_with(b"MSA|"))?;
    let code = segment.split(|byte| *byte == b'|').nth(1)?;
    Some(String::from_utf8_lossy(code).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_an_acknowledgement_is_found_and_nothing_else_is_one() {
        assert_eq!(acknowledged(b"MSH|^~\\&|A\rMSA|AA|1\r"), Some("AA".to_owned()));
        assert_eq!(acknowledged(b"MSH|^~\\&|A\rMSA|AE|1|why\r"), Some("AE".to_owned()));
        assert_eq!(acknowledged(b"MSH|^~\\&|A\r"), None);
        assert_eq!(acknowledged(b""), None);
    }
}
