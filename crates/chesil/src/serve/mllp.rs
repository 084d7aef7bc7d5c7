//! HL7 v2 over MLLP: a listener for each feed, in the clear or under TLS. Each message is answered in turn; "AA" only once
//! it is durable.

use super::tls::{Agreed, Callers, Certificate, Files};
use crate::clock;
use crate::error::Failure;
use crate::import;
use axum::serve::Listener;
use care::Care;
use exchange::hl7::mllp::{Decoder, Found, encode};
use record::system::Feed;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;
const CONNECTIONS_MAX: usize = 64;
/// A sender that says nothing for so long is let go; it may come again.
const IDLE: Duration = Duration::from_secs(15 * 60);

static ANSWERS: AtomicU64 = AtomicU64::new(0);

/// Where a listener stands, what it takes, and how.
#[derive(Debug, PartialEq, Eq)]
struct Listening<'a> {
    address: SocketAddr,
    feed: &'a str,
    tls: Tls,
}

#[derive(Debug, PartialEq, Eq)]
enum Tls {
    /// In the clear.
    None,
    /// With our certificate; any sender.
    Ours,
    /// With our certificate, and senders show one that an authority in this file signed.
    Both(PathBuf),
}

/// Reads ADDRESS=FEED, ADDRESS=FEED,tls or ADDRESS=FEED,tls=AUTHORITIES.
fn listening(said: &str) -> Option<Listening<'_>> {
    let (address, rest) = said.split_once('=')?;
    let (feed, how) = rest
        .split_once(',')
        .map_or((rest, None), |(feed, how)| (feed, Some(how)));
    let tls = match how {
        None => Tls::None,
        Some("tls") => Tls::Ours,
        Some(how) => Tls::Both(PathBuf::from(how.strip_prefix("tls=").filter(|file| !file.is_empty())?)),
    };
    Some(Listening {
        address: address.parse().ok()?,
        feed,
        tls,
    })
}

/// Starts one listener. `ours` is the certificate that this service shows, and its key.
pub async fn start(care: Arc<Care>, said: &str, ours: Option<(PathBuf, PathBuf)>) -> Result<(), Failure> {
    let Listening { address, feed, tls } = listening(said).ok_or_else(|| {
        Failure::new(format!(
            "--mllp {said}: write ADDRESS=FEED, such as 127.0.0.1:2575=rbd-adt, with `,tls` after it for TLS, or \
             `,tls=FILE` where senders must show a certificate that an authority in that file signed"
        ))
    })?;
    let sender = care.system().feed(feed).map(|feed| feed.sender.as_str().to_owned());
    let sender = sender.ok_or_else(|| Failure::new(format!("--mllp {said}: the system has no feed {feed}")))?;
    let feed = import::feed_of(&care, &sender, Some(feed))?;
    let callers = match tls {
        Tls::None => None,
        Tls::Ours => Some(Callers::Anybody),
        Tls::Both(authorities) => Some(Callers::Known(authorities)),
    };
    let certificate = match (callers, ours) {
        (None, _) => None,
        (Some(callers), Some((chain, key))) => Some(Certificate::load(Files { chain, key, callers })?),
        (Some(_), None) => {
            return Err(Failure::new(format!(
                "--mllp {said}: TLS needs --mllp-cert and --mllp-key, or --tls-cert and --tls-key"
            )));
        }
    };
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::new(format!("cannot listen at {address}: {error}")))?;
    let under = if certificate.is_some() { " under TLS" } else { "" };
    println!(
        "HL7 v2 over MLLP{under} for {} at {}",
        feed.name,
        listener.local_addr()?
    );
    match certificate {
        None => drop(tokio::spawn(take_in(care, feed, listener))),
        Some(certificate) => {
            let agreed = Agreed::over(listener, certificate, Some(&feed.name))?;
            drop(tokio::spawn(take_in(care, feed, agreed)));
        }
    }
    Ok(())
}

/// Talks with whoever comes, with so many at once.
async fn take_in(care: Arc<Care>, feed: Arc<Feed>, mut listener: impl Listener) {
    let slots = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        // What goes wrong in taking a connection is tried again there.
        let (stream, _) = listener.accept().await;
        let (care, feed) = (Arc::clone(&care), Arc::clone(&feed));
        tokio::spawn(async move {
            if let Err(error) = converse(&care, &feed, stream).await {
                tracing::info!(%error, feed = feed.name, "an MLLP connection ended");
            }
            drop(slot);
        });
    }
}

async fn converse(
    care: &Arc<Care>,
    feed: &Arc<Feed>,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
) -> std::io::Result<()> {
    let mut decoder = Decoder::new(FRAME_BYTES_MAX);
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let count = match tokio::time::timeout(IDLE, stream.read(&mut buffer)).await {
            Ok(read) => read?,
            Err(_) => return Ok(()),
        };
        if count == 0 {
            return Ok(());
        }
        for found in decoder.feed(&buffer[..count]) {
            match found {
                Found::Frame(message) => {
                    let answer = answer(Arc::clone(care), Arc::clone(feed), message).await;
                    stream.write_all(&encode(&answer)).await?;
                    stream.flush().await?;
                }
                other => {
                    tracing::warn!(feed = feed.name, what = ?std::mem::discriminant(&other), "bytes outside a frame")
                }
            }
        }
    }
}

/// The acknowledgement of one message, once it is durable. A store that fails gives "AE", and the sender
/// keeps the message.
async fn answer(care: Arc<Care>, feed: Arc<Feed>, message: Vec<u8>) -> Vec<u8> {
    let control = format!("CHESIL{}", ANSWERS.fetch_add(1, Ordering::Relaxed));
    let now = clock::now();
    let work = {
        let control = control.clone();
        move || {
            Ok::<_, care::db::DbError>(
                web::ingest::answer(&care, Some(&feed.name), &feed.sender, &message, now, &control).0,
            )
        }
    };
    web::serving::blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a message was not answered by the store");
        let rejection = record::Rejection::new("store", "store", "The store did not answer. Send it again later.");
        exchange::hl7::acknowledge(None, exchange::hl7::Code::Error, Some(&rejection), now, &control)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_says_where_it_stands_what_it_takes_and_how() {
        let tls = |said: &str| listening(said).map(|found| found.tls);
        assert_eq!(tls("127.0.0.1:2575=rbd-adt"), Some(Tls::None));
        assert_eq!(tls("[::1]:2575=rbd-adt,tls"), Some(Tls::Ours));
        assert_eq!(
            tls("127.0.0.1:2575=rbd-adt,tls=/a=b.pem"),
            Some(Tls::Both("/a=b.pem".into()))
        );
        for wrong in [
            "",
            "rbd-adt",
            "2575=rbd-adt",
            "127.0.0.1:1=x,",
            "127.0.0.1:1=x,TLS",
            "127.0.0.1:1=x,tls=",
        ] {
            assert_eq!(listening(wrong), None, "{wrong}");
        }
    }
}
