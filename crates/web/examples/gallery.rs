//! Serves every page with sample values, to be looked at: `make gallery`, or with a port of your own.

#[path = "../tests/samples/mod.rs"]
mod samples;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "8099".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}/gallery", listener.local_addr()?);
    axum::serve(listener, samples::serve::router()).await
}
