//! A PostgreSQL cluster of this test process's own: in a temporary folder, on a free loopback port, run by a
//! user other than root. It ends, and its folder with it, when the test process ends, however that ends.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The cluster, once started.
pub struct Cluster {
    pub port: u16,
    // Its standard input is the string it hangs by: when this process ends, the shell reads end of file.
    _shell: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(1);

/// Runs the server until standard input closes, then stops it and takes its folder away. Where a third folder is named,
/// it speaks TLS with the certificate and the key that are in there.
const SCRIPT: &str = r#"
set -e
dir=$(mktemp -d /tmp/chesil-test-pg.XXXXXX)
trap 'rm -rf "$dir"' EXIT
tls=
if [ -n "$3" ]; then
  cp "$3/server.pem" "$3/server.key" "$dir/"
  chmod 600 "$dir/server.key"
  tls="-c ssl=on -c ssl_cert_file=$dir/server.pem -c ssl_key_file=$dir/server.key"
fi
"$1/initdb" -D "$dir/data" --locale=C --encoding=UTF8 -A trust -U postgres >"$dir/initdb.log" 2>&1
"$1/postgres" -D "$dir/data" -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir" \
  -c max_connections=200 $tls </dev/null >"$dir/server.log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server" || true
"#;

fn binaries() -> Option<String> {
    let given = std::env::var("CHESIL_PG_BIN").ok();
    let usual = ["17", "16", "15", "14"].map(|version| format!("/usr/lib/postgresql/{version}/bin"));
    given
        .into_iter()
        .chain(usual)
        .find(|folder| Path::new(folder).join("initdb").exists())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// Starts a cluster, with TLS by `server.pem` and `server.key` of a folder that anybody may read, if one is named.
pub fn start(tls: Option<&Path>) -> Option<Cluster> {
    let Some(folder) = binaries() else {
        eprintln!("\n*** SKIPPED: PostgreSQL is not installed; this test ran on SQLite only ***\n");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut shell = command
        .args(["-c", SCRIPT, "sh", &folder, &port.to_string()])
        .arg(tls.unwrap_or(Path::new("")))
        .current_dir("/tmp")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("PostgreSQL cannot be started");
    let until = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).is_err() || connect(port, "postgres").is_err() {
        if let Some(status) = shell.try_wait().unwrap() {
            let mut said = String::new();
            let _ = shell.stderr.take().unwrap().read_to_string(&mut said);
            panic!("PostgreSQL did not start ({status}): {said}");
        }
        assert!(Instant::now() < until, "PostgreSQL did not start within a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(Cluster { port, _shell: shell })
}

pub fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

fn connect(port: u16, database: &str) -> Result<postgres::Client, postgres::Error> {
    postgres::Client::connect(&url(port, database), postgres::NoTls)
}

/// The URL of a new, empty database; `None` when PostgreSQL is not installed, which is said loudly.
pub fn fresh_database() -> Option<String> {
    let cluster = CLUSTER.get_or_init(|| start(None)).as_ref()?;
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = connect(cluster.port, "postgres").unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    Some(url(cluster.port, &name))
}
