//! A resource as sent, with the names in it changed for whoever is answered: its id, its meta and what it
//! refers to. Everything else stays byte for byte, numbers as written (`7.0` is not `7`).

use super::json::{Broken, Json, MAX_DEPTH, skip_blank, skip_string, skip_value, walk_list, walk_object};
use record::Rejection;

/// What to change.
pub struct Change<'a> {
    /// The resource's id in the answer.
    pub id: &'a str,
    /// The meta in the answer, given the meta as sent (an object), when there was one.
    pub meta: &'a dyn Fn(Option<&str>) -> String,
    /// What a reference becomes; `None` leaves it as it is.
    pub reference: &'a dyn Fn(&str) -> Option<String>,
    /// Members left out wherever they stand, with `_name` beside `name`. One that ends with `{` is left out
    /// only where its value is an object: `text{` is a narrative, never the words of a code. One that ends with
    /// `~` is left out only of objects that are no code: `display~` is what a reference calls somebody.
    pub hide: &'a [&'a str],
}

/// Writes the resource with those changes. References to what is contained (`#x`) are never changed.
///
/// # Errors
/// `not-json` when the text is not one JSON object; `too-deep` past the reader's depth.
pub fn rewrite(body: &str, change: &Change<'_>) -> Result<String, Rejection> {
    let text = body.trim_start_matches('\u{feff}');
    top(text, change).map_err(|broken| Rejection::new("not-json", broken.place(text.as_bytes()), broken.reason))
}

fn top(text: &str, change: &Change<'_>) -> Result<String, Broken> {
    let bytes = text.as_bytes();
    let start = skip_blank(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        let reason = "a FHIR resource is one JSON object, and this is not";
        return Err(Broken { at: start, reason });
    }
    let mut out = String::with_capacity(text.len() + 512);
    let (mut meta, mut kind) = (None, None);
    walk_object(text, start, |name, at| {
        let end = skip_value(bytes, at)?;
        match name {
            "meta" if meta.is_none() && bytes.get(at) == Some(&b'{') => meta = Some(&text[at..end]),
            "resourceType" if kind.is_none() => kind = Some(&text[at..end]),
            _ => {}
        }
        Ok(end)
    })?;
    out.push_str("{\"resourceType\":");
    out.push_str(kind.unwrap_or("null"));
    out.push_str(",\"id\":");
    quote(change.id, &mut out);
    out.push_str(",\"meta\":");
    out.push_str(&(change.meta)(meta));
    walk_object(text, start, |name, at| {
        if matches!(name, "resourceType" | "id" | "_id" | "meta") {
            return skip_value(bytes, at);
        }
        member(text, name, at, change, (1, false), &mut out)
    })?;
    out.push('}');
    Ok(out)
}

/// Writes one member, a comma before it when something stands before it; answers the offset after its value.
/// `coded` says whether it stands in an object that has a code or a system.
fn member(
    text: &str,
    name: &str,
    at: usize,
    change: &Change<'_>,
    (depth, coded): (usize, bool),
    out: &mut String,
) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    let end = skip_value(bytes, at)?;
    let plain = name.trim_start_matches('_');
    let hidden = |hide: &&str| match (hide.strip_suffix('{'), hide.strip_suffix('~')) {
        (Some(hide), _) => hide == plain && text[at..].starts_with('{'),
        (None, Some(hide)) => hide == plain && !coded,
        (None, None) => *hide == plain,
    };
    if change.hide.iter().any(hidden) {
        return Ok(end);
    }
    let before = out.len();
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    let value = &text[at..end];
    let is_address = name == "reference" || (name == "url" && value.starts_with("\"Binary/"));
    if is_address && value.starts_with('"') {
        out.push_str(&address(value, change).unwrap_or_else(|| value.to_owned()));
    } else if !write(text, at, end, change, depth, out)? {
        out.truncate(before);
    }
    Ok(end)
}

/// Writes a value; answers false when hiding left nothing of it, which FHIR does not allow to be written.
fn write(
    text: &str,
    at: usize,
    end: usize,
    change: &Change<'_>,
    depth: usize,
    out: &mut String,
) -> Result<bool, Broken> {
    let value = &text[at..end];
    let first = value.as_bytes().first();
    if !matches!(first, Some(b'{' | b'[')) || !touched(value, change) {
        out.push_str(value);
        return Ok(true);
    }
    if depth >= MAX_DEPTH {
        let reason = "values stand within each other deeper than this system reads";
        return Err(Broken { at, reason });
    }
    let before = out.len();
    if first == Some(&b'{') {
        out.push('{');
        let within = (depth + 1, is_coded(text, at)?);
        walk_object(text, at, |name, at| member(text, name, at, change, within, out))?;
        out.push('}');
    } else {
        out.push('[');
        walk_list(text, at, |at| {
            let end = skip_value(text.as_bytes(), at)?;
            let here = out.len();
            if !out.ends_with('[') {
                out.push(',');
            }
            if !write(text, at, end, change, depth + 1, out)? {
                out.truncate(here);
            }
            Ok(end)
        })?;
        out.push(']');
    }
    let was_empty = matches!(value.trim_matches(['{', '}', '[', ']']).trim(), "");
    Ok(out.len() - before > 2 || was_empty)
}

/// Whether the object is a code: it has a system or a code of its own.
fn is_coded(text: &str, at: usize) -> Result<bool, Broken> {
    let mut coded = false;
    walk_object(text, at, |name, at| {
        coded |= matches!(name, "system" | "code");
        skip_value(text.as_bytes(), at)
    })?;
    Ok(coded)
}

/// Whether anything in the text can need changing; most of a resource needs none and is copied whole.
fn touched(value: &str, change: &Change<'_>) -> bool {
    value.contains("\"reference\"")
        || value.contains("\"Binary/")
        || change
            .hide
            .iter()
            .any(|name| value.contains(&format!("{}\"", name.trim_end_matches(['{', '~']))))
}

/// The quoted text that takes the place of a quoted reference.
fn address(quoted: &str, change: &Change<'_>) -> Option<String> {
    let Ok(Json::Text(reference)) = Json::parse(quoted, |_| true) else {
        return None;
    };
    if reference.starts_with('#') {
        return None;
    }
    let mut out = String::new();
    quote(&(change.reference)(&reference)?, &mut out);
    Some(out)
}

/// Writes a text as a JSON string.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Cuts one member's value out of a resource's outermost object, exactly as sent; `None` when it is not there.
pub fn member_of<'a>(body: &'a str, wanted: &str) -> Option<&'a str> {
    let text = body.trim_start_matches('\u{feff}');
    let bytes = text.as_bytes();
    let start = skip_blank(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        return None;
    }
    let mut found = None;
    // Where the walk breaks off, what stood before it counts.
    let _ = walk_object(text, start, |name, at| {
        let end = if bytes.get(at) == Some(&b'"') {
            skip_string(bytes, at)?
        } else {
            skip_value(bytes, at)?
        };
        if name == wanted && found.is_none() {
            found = Some(&text[at..end]);
        }
        Ok(end)
    });
    found
}

/// The members of an object, each name without quotes and its value exactly as sent; `None` when the text is not one
/// object whose brackets and quotes match.
pub fn members_of(text: &str) -> Option<Vec<(&str, &str)>> {
    let bytes = text.as_bytes();
    let start = skip_blank(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        return None;
    }
    let mut members = Vec::new();
    let walked = walk_object(text, start, |name, at| {
        let end = skip_value(bytes, at)?;
        members.push((name, &text[at..end]));
        Ok(end)
    });
    walked.is_ok().then_some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(body: &str, hide: &[&str]) -> String {
        let change = Change {
            id: "ours",
            meta: &|sent| sent.unwrap_or("{}").to_owned(),
            reference: &|reference| reference.contains('/').then(|| format!("new:{reference}")),
            hide,
        };
        rewrite(body, &change).unwrap_or_else(|rejection| panic!("{rejection}"))
    }

    #[test]
    fn only_names_change() {
        for (body, expected) in [
            (
                r#" { "id" : "a", "resourceType":"Observation", "valueQuantity": { "value" : 7.0 } }"#,
                r#"{"resourceType":"Observation","id":"ours","meta":{},"valueQuantity":{ "value" : 7.0 }}"#,
            ),
            (
                r##"{"resourceType":"Flag","meta":{"versionId":"1"},"subject":{"reference":"Patient\/1"},"author":{"reference":"#x","display":"D"},"contained":[{"id":"x"}]}"##,
                r##"{"resourceType":"Flag","id":"ours","meta":{"versionId":"1"},"subject":{"reference":"new:Patient/1"},"author":{"reference":"#x","display":"D"},"contained":[{"id":"x"}]}"##,
            ),
            (
                r#"{"resourceType":"X","content":[{"attachment":{"url":"Binary/1"}}],"url":"https://example.org/"}"#,
                r#"{"resourceType":"X","id":"ours","meta":{},"content":[{"attachment":{"url":"new:Binary/1"}}],"url":"https://example.org/"}"#,
            ),
        ] {
            assert_eq!(changed(body, &[]), expected);
        }
    }

    #[test]
    fn what_is_hidden_leaves_no_empty_shell() {
        let body = r#"{"resourceType":"Patient","_address":[1],"address":[{"line":["1"]}],"contact":[{"address":{"line":["2"]}},{"name":{"family":"A"},"telecom":[]}],"other":[{"address":{}}],"gender":"male"}"#;
        assert_eq!(
            changed(body, &["address", "telecom"]),
            r#"{"resourceType":"Patient","id":"ours","meta":{},"contact":[{"name":{"family":"A"}}],"gender":"male"}"#
        );
    }

    #[test]
    fn a_name_is_hidden_and_the_words_of_a_code_are_not() {
        let body = r#"{"resourceType":"X","code":{"coding":[{"code":"1","display":"Asthma"}]},"asked":{"display":"Dr A"},"by":[{"actor":{"reference":"P/1","display":"Dr B"}}]}"#;
        assert_eq!(
            changed(body, &["display~"]),
            r#"{"resourceType":"X","id":"ours","meta":{},"code":{"coding":[{"code":"1","display":"Asthma"}]},"by":[{"actor":{"reference":"new:P/1"}}]}"#
        );
    }

    #[test]
    fn bad_text_is_refused() {
        let change = Change {
            id: "x",
            meta: &|_| String::from("{}"),
            reference: &|_| None,
            hide: &[],
        };
        for bad in ["", "[]", "{", "{\"a\":", "{\"a\" 1}"] {
            assert!(rewrite(bad, &change).is_err(), "{bad}");
        }
        let deep = format!("{{\"a\":{}{{\"reference\":\"\"}}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(rewrite(&deep, &change).is_err());
        assert_eq!(member_of("{\"a\":1,\"b\":{\"c\":2}}", "b"), Some("{\"c\":2}"));
    }
}
