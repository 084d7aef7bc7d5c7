//! HL7 v2 over MLLP: a listener for each feed. Each message is answered in turn; "AA" only once it is durable.

use crate::clock;
use crate::error::Failure;
use crate::import;
use care::Care;
use exchange::hl7::mllp::{Decoder, Found, encode};
use record::system::Feed;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;
const CONNECTIONS_MAX: usize = 64;
/// A sender that says nothing for so long is let go; it may come again.
const IDLE: Duration = Duration::from_secs(15 * 60);

static ANSWERS: AtomicU64 = AtomicU64::new(0);

/// Starts one listener, given as ADDRESS=FEED.
pub async fn start(care: Arc<Care>, listening: &str) -> Result<(), Failure> {
    let wrong = || {
        Failure::new(format!(
            "--mllp {listening}: write ADDRESS=FEED, such as 127.0.0.1:2575=rbd-adt"
        ))
    };
    let (address, name) = listening.split_once('=').ok_or_else(wrong)?;
    let address: SocketAddr = address.parse().map_err(|_| wrong())?;
    let sender = care.system().feed(name).map(|feed| feed.sender.as_str().to_owned());
    let sender = sender.ok_or_else(|| Failure::new(format!("--mllp {listening}: the system has no feed {name}")))?;
    let feed = import::feed_of(&care, &sender, Some(name))?;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::new(format!("cannot listen at {address}: {error}")))?;
    println!("HL7 v2 over MLLP for {name} at {}", listener.local_addr()?);
    let slots = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    tokio::spawn(async move {
        while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let (care, feed) = (Arc::clone(&care), Arc::clone(&feed));
            tokio::spawn(async move {
                if let Err(error) = converse(&care, &feed, stream).await {
                    tracing::info!(%error, feed = feed.name, "an MLLP connection ended");
                }
                drop(slot);
            });
        }
    });
    Ok(())
}

async fn converse(care: &Arc<Care>, feed: &Arc<Feed>, mut stream: TcpStream) -> std::io::Result<()> {
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
