//! A browser, and any other caller, over a real connection: just enough HTTP to ask and to read the answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    /// Every address on the page that begins with `start`, each once.
    pub fn links(&self, start: &str) -> Vec<String> {
        let all = self
            .text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let mut links: Vec<String> = all.filter(|link| link.starts_with(start)).map(str::to_owned).collect();
        links.sort();
        links.dedup();
        links
    }
}

/// Asks with these headers; answers the status, the headers and the body.
pub fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (Answer, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(request.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut whole = Vec::new();
    stream.read_to_end(&mut whole).unwrap();
    let whole = String::from_utf8_lossy(&whole).into_owned();
    let (head, text) = whole.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let answer = Answer {
        status: status.expect("an answer has a status"),
        text: text.to_owned(),
    };
    (answer, head.to_owned())
}

/// One person at one browser.
pub struct Browser {
    port: u16,
    cookie: String,
    token: String,
}

impl Browser {
    /// Someone who tries to sign in by this name.
    pub fn of(port: u16, user: &str) -> (Self, u16) {
        let mut browser = Self {
            port,
            cookie: String::new(),
            token: String::new(),
        };
        browser.open("/sign-in");
        let status = browser.send("/sign-in", &[("user", user)]).status;
        browser.open("/contact");
        (browser, status)
    }

    /// Opens a page.
    pub fn open(&mut self, path: &str) -> Answer {
        self.ask("GET", path, b"")
    }

    /// Sends a form of the page last opened.
    pub fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.clone();
        let fields = fields.iter().copied().chain([("csrf", token.as_str())]);
        let body: Vec<String> = fields
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        self.ask("POST", path, body.join("&").as_bytes())
    }

    fn ask(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        let cookie = self.cookie.clone();
        let headers = [
            ("cookie", cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let (answer, head) = ask(self.port, method, path, &headers, body);
        for line in head.lines() {
            if let Some(set) = line.strip_prefix("set-cookie: ") {
                self.cookie = set.split(';').next().unwrap().to_owned();
            }
        }
        if let Some(token) = answer
            .text
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.get(..64))
        {
            self.token = token.to_owned();
        }
        answer
    }
}

fn encode(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}
