//! Where a request comes from: the network, the browser by its cookie, and what the browser calls itself.

use super::session;
use crate::serving::Site;
use axum::extract::ConnectInfo;
use axum::http::header;
use axum::http::request::Parts;
use care::access::account::Source;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Where a request comes from.
pub fn of(parts: &Parts, site: &Site) -> Source {
    let headers = &parts.headers;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let forwarded = || {
        text("x-forwarded-for")
            .rsplit(',')
            .next()?
            .trim()
            .parse::<IpAddr>()
            .ok()
    };
    let peer = || {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        peer.map(|ConnectInfo(address)| address.ip())
    };
    // Anyone can write the header; only a proxy of ours writes its end.
    let address = if site.sign_in.behind_proxy { forwarded() } else { peer() };
    let browser = session::read_browser(headers, site.secure_cookies);
    Source {
        network: address.map_or_else(|| "an unknown network".to_owned(), network),
        browser: browser.map(|token| token.as_str().to_owned()).unwrap_or_default(),
        agent: agent(text(header::USER_AGENT.as_str())),
    }
}

/// An address as it counts: of IPv6 the first half, since the second is for the caller to choose.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// A browser in words that its owner knows again, such as “Firefox on Windows”. What it says of itself is never
/// kept as it came.
fn agent(said: &str) -> String {
    // Each of these says that it is every one after it as well.
    let browsers = [
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("OPR", "Opera"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ];
    let named = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(mark, _)| said.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("a browser on {system}"),
        (None, None) => "a browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_by_the_part_that_is_not_the_callers_to_choose() {
        for (address, counts) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), counts);
        }
    }

    #[test]
    fn browsers_are_said_in_words() {
        for (said, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("<script>", "a browser"),
        ] {
            assert_eq!(agent(said), words);
        }
    }
}
