//! TLS to PostgreSQL: a database of this test's own, with certificates that openssl makes.

use crate::app::{App, feed};
use crate::postgres;
use crate::says::{With, patient};
use care::db::Place;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::crypto::ring::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

fn openssl(folder: &Path, arguments: &str) {
    let made = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .expect("openssl is here");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/// An authority, `NAME.pem`.
fn authority(folder: &Path, name: &str) {
    openssl(
        folder,
        &format!("req -x509 {KEY} -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"),
    );
}

/// A database's certificate for `localhost`, signed by an authority.
fn server(folder: &Path, by: &str) {
    openssl(
        folder,
        &format!("req {KEY} -subj /CN=localhost -keyout server.key -out server.csr"),
    );
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    openssl(
        folder,
        &format!(
            "x509 -req -in server.csr -CA {by}.pem -CAkey {by}.key -CAcreateserial -days 2 -extfile names -out server.pem"
        ),
    );
}

/// Whether a connection at this address is under TLS, or why there is none.
fn under_tls(address: &str) -> Result<bool, String> {
    let mut conn = Place::Pg(address.to_owned())
        .connect(true)
        .map_err(|error| error.to_string())?;
    let sql = "SELECT CAST(CAST(ssl AS INT) AS BIGINT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let found = conn
        .first(sql, &[], |row| row.int(0))
        .map_err(|error| error.to_string())?;
    Ok(found == Some(1))
}

#[test]
fn a_database_is_reached_by_tls_only_with_a_certificate_that_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    authority(here, "right");
    authority(here, "other");
    server(here, "right");
    // Read by the database's own user.
    std::fs::set_permissions(here, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::set_permissions(here.join("server.key"), PermissionsExt::from_mode(0o644)).unwrap();
    let Some(cluster) = postgres::start(Some(here)) else {
        return;
    };
    let at = |host: &str, mode: &str, root: &str| {
        let root = match root {
            "" => String::new(),
            name => format!("&sslrootcert={}", here.join(name).display()),
        };
        under_tls(&format!(
            "postgres://postgres@{host}:{}/postgres?sslmode={mode}{root}",
            cluster.port
        ))
    };
    let refused = |host: &str, mode: &str, root: &str, why: &str| {
        let said = at(host, mode, root).expect_err(why);
        assert!(said.contains(why), "{host} {mode} {root}: {said}");
    };
    for mode in ["require", "verify-ca", "verify-full"] {
        assert_eq!(at("localhost", mode, "right.pem"), Ok(true), "{mode}");
        refused("localhost", mode, "other.pem", "no authority of sslrootcert");
        refused("localhost", mode, "", "no authority of sslrootcert");
        refused("localhost", mode, "none.pem", "none.pem");
    }
    refused(
        "127.0.0.1",
        "verify-full",
        "right.pem",
        "for another name than 127.0.0.1",
    );
    for mode in ["require", "verify-ca"] {
        assert_eq!(
            at("127.0.0.1", mode, "right.pem"),
            Ok(true),
            "{mode}: no name is asked for"
        );
    }
    assert_eq!(at("localhost", "prefer", ""), Ok(true), "the database offers it");
    assert_eq!(at("localhost", "disable", ""), Ok(false));
    refused("localhost", "verify_full", "right.pem", "is not known");
    let pairs = format!(
        "host=localhost port={} user=postgres dbname=postgres sslmode=verify-full sslrootcert='{}'",
        cluster.port,
        here.join("right.pem").display()
    );
    assert_eq!(under_tls(&pairs), Ok(true));
    // A whole store is kept there, in bulk too.
    let root = here.join("right.pem");
    let app = App::at(Place::Pg(format!(
        "postgres://postgres@localhost:{}/postgres?sslmode=verify-full&sslrootcert={}",
        cluster.port,
        root.display()
    )));
    let told = patient("p1", "9990000026", "Hardy", "Ada", "1945-05-04", "female");
    app.send(&feed("R0D", true), told.line());
    app.person_of("R0D", "p1");
}

#[test]
fn a_database_without_tls_is_refused_where_tls_is_asked_for() {
    let Some(plain) = postgres::fresh_database() else {
        return;
    };
    for mode in ["require", "verify-ca", "verify-full"] {
        let said = under_tls(&format!("{plain}?sslmode={mode}")).unwrap_err();
        assert!(said.contains("server does not support TLS"), "{said}");
    }
    for address in [
        plain.clone(),
        format!("{plain}?sslmode=prefer"),
        format!("{plain}?sslmode=disable"),
    ] {
        assert_eq!(under_tls(&address), Ok(false), "{address}");
    }
}

/// What an authority needs to date a certificate back.
const OFFICE: &str = "[ca]\ndefault_ca=office\n[office]\ndatabase=signed.txt\nserial=number\nnew_certs_dir=.\n\
                      default_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n";

/// The certificate of [`server`] as it would be had it been made long ago, `late.pem`.
fn run_out(folder: &Path, by: &str) {
    for (name, text) in [("office", OFFICE), ("signed.txt", ""), ("number", "01\n")] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    openssl(
        folder,
        &format!(
            "ca -batch -notext -config office -cert {by}.pem -keyfile {by}.key -in server.csr -extfile names \
             -startdate 20200101000000Z -enddate 20200201000000Z -out late.pem"
        ),
    );
}

/// Something that says it is a database, once, and shows a certificate with a key that may belong to another: as would
/// somebody who copied one off the wire. Answers where it is, and in the end how many bytes it was told under TLS.
fn pretended(
    folder: &Path,
    shown: (&str, &str),
    version: &'static SupportedProtocolVersion,
) -> (u16, JoinHandle<usize>) {
    let chain = vec![CertificateDer::from_pem_file(folder.join(shown.0)).unwrap()];
    let private = PrivateKeyDer::from_pem_file(folder.join(shown.1)).unwrap();
    // Nothing looks here whether the two belong together.
    let both = CertifiedKey::new(chain, any_supported_type(&private).unwrap());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(both)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        line.read_exact(&mut [0; 8]).unwrap();
        line.write_all(b"S").unwrap();
        let agreed = ServerConnection::new(Arc::new(config)).unwrap();
        StreamOwned::new(agreed, line).read(&mut [0; 512]).unwrap_or(0)
    });
    (port, told)
}

#[test]
fn a_database_that_cannot_prove_its_certificate_or_whose_has_run_out_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    authority(here, "right");
    authority(here, "other");
    server(here, "right");
    run_out(here, "right");
    for version in [&TLS12, &TLS13] {
        for (certificate, key, why) in [
            ("server.pem", "server.key", ""),
            ("late.pem", "server.key", "has run out"),
            ("server.pem", "other.key", "is not trusted: BadSignature"),
        ] {
            let (port, told) = pretended(here, (certificate, key), version);
            let root = here.join("right.pem");
            let said = under_tls(&format!(
                "postgres://postgres@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={}",
                root.display()
            ))
            .expect_err("it is no database");
            let told = told.join().unwrap();
            assert!(said.contains(why), "{version:?} {certificate} {key}: {said}");
            assert_eq!(
                told > 0,
                why.is_empty(),
                "{version:?} {certificate} {key}: {told} bytes"
            );
        }
    }
}
