//! References from one resource to another, and what a piece knows of its bundle.

/// What stood around a piece in its bundle (see [`super::split`]).
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a>(&'a str);

impl<'a> Context<'a> {
    /// The context a piece was kept with.
    pub fn new(context: &'a str) -> Self {
        Self(context)
    }

    /// The rest of the line that begins with `key` and a space.
    pub fn line(self, key: &str) -> Option<&'a str> {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))
    }

    /// A line's `Type/id`.
    pub fn name(self, key: &str) -> Option<(&'a str, &'a str)> {
        self.line(key)?.split_once('/')
    }
}

/// The type and id of the sender's resource that a reference names: `Type/id`, an absolute URL that ends so,
/// either with `/_history/version`, or what the context has a line for (a `urn:uuid:`). `None` for anything else: contained
/// (`#x`), a search (`Type?identifier=…`), an unresolved urn.
pub fn local_reference(reference: &str, context: &str) -> Option<(String, String)> {
    let reference = reference.trim();
    // What the context says of a reference stands first: a urn, or this system's own id of the sender's thing.
    if !context.is_empty()
        && let Some((resource_type, id)) = Context(context).name(reference)
    {
        return Some((resource_type.to_owned(), id.to_owned()));
    }
    if reference.starts_with("urn:") {
        return None;
    }
    let (resource_type, id) = type_and_id(reference)?;
    Some((resource_type.to_owned(), id.to_owned()))
}

/// As [`local_reference`] for everything but urns, borrowed.
pub(crate) fn type_and_id(reference: &str) -> Option<(&str, &str)> {
    let path = reference.split(['#', '|']).next()?;
    if path.contains('?') {
        return None;
    }
    let path = path.split_once("/_history/").map_or(path, |(path, _)| path);
    let mut steps = path.trim_end_matches('/').rsplit('/');
    let (id, resource_type) = (steps.next()?, steps.next()?);
    let valid_id = !id.is_empty() && id.len() <= 256 && !id.contains(char::is_whitespace);
    (valid_id && is_type_name(resource_type)).then_some((resource_type, id))
}

/// Whether a text could be the name of a resource type: a capital, then letters, at most 64.
pub(crate) fn is_type_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_resource_of_the_sender() {
        let context = "@timestamp 2024-01-01\nurn:uuid:a1 Patient/p1\n";
        for (reference, expected) in [
            ("Patient/1", "Patient/1"),
            ("https://example.org/fhir/Patient/1", "Patient/1"),
            ("Patient/1/_history/3", "Patient/1"),
            ("urn:uuid:a1", "Patient/p1"),
            ("urn:uuid:a2", ""),
            ("urn:uuid:a", ""),
            ("#p", ""),
            ("Patient?identifier=x|1", ""),
            ("Patient", ""),
            ("patient/1", ""),
            ("", ""),
            ("/", ""),
        ] {
            let found = local_reference(reference, context).map_or(String::new(), |(t, id)| format!("{t}/{id}"));
            assert_eq!(found, expected, "{reference}");
        }
    }
}
