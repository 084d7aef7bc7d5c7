//! Writing bundles, and how much of each resource they show.

use super::desk::Desk;
use super::query::Summary;
use super::resource::{Answered, push, stamp};
use exchange::fhir::rewrite::{Change, member_of, rewrite};
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;

/// A searchset or history being written, as text.
pub struct Bundle {
    text: String,
    any: bool,
}

impl Bundle {
    /// Begins one; `total` when it is known.
    pub fn begin(desk: &Desk, kind: &str, total: Option<usize>) -> Self {
        let mut head = Map::new();
        head.insert("resourceType".to_owned(), json!("Bundle"));
        if let Some(stamp) = stamp(desk) {
            head.insert("meta".to_owned(), json!({ "tag": [stamp] }));
        }
        head.insert("type".to_owned(), json!(kind));
        head.insert("timestamp".to_owned(), json!(desk.now.rfc3339()));
        if let Some(total) = total {
            head.insert("total".to_owned(), json!(total));
        }
        let mut text = Json::Object(head).to_string();
        text.pop();
        Self { text, any: false }
    }

    /// Adds a resource by its full URL. `beside` is what stands beside it in the entry, with a comma before.
    pub fn add(&mut self, url: &str, resource: &str, beside: &str) {
        self.text.push_str(if self.any { "," } else { ",\"entry\":[" });
        self.any = true;
        let _ = write!(
            self.text,
            "{{\"fullUrl\":{},\"resource\":{resource}{beside}}}",
            json!(url)
        );
    }

    /// Adds an entry without a resource.
    pub fn add_bare(&mut self, beside: &str) {
        self.text.push_str(if self.any { "," } else { ",\"entry\":[" });
        self.any = true;
        let _ = write!(self.text, "{{{}}}", beside.trim_start_matches(','));
    }

    /// Takes what was written so far.
    pub fn drain(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Ends it with its links, and with how many there are in all when that was not known at its beginning.
    pub fn end_with_total(self, links: &[(&str, String)], total: Option<usize>) -> String {
        let mut text = self.end(links);
        if let Some(total) = total {
            text.pop();
            let _ = write!(text, ",\"total\":{total}}}");
        }
        text
    }

    /// Ends it with its links.
    pub fn end(mut self, links: &[(&str, String)]) -> String {
        if self.any {
            self.text.push(']');
        }
        if !links.is_empty() {
            let links: Vec<Json> = links
                .iter()
                .map(|(relation, url)| json!({ "relation": relation, "url": url }))
                .collect();
            let _ = write!(self.text, ",\"link\":{}", Json::Array(links));
        }
        self.text.push('}');
        self.text
    }
}

/// What stands beside a resource that was found, or that was included.
pub const MATCH: &str = ",\"search\":{\"mode\":\"match\"}";
/// As [`MATCH`].
pub const INCLUDE: &str = ",\"search\":{\"mode\":\"include\"}";
/// As [`MATCH`], for an OperationOutcome.
pub const OUTCOME: &str = ",\"search\":{\"mode\":\"outcome\"}";

/// As much of a resource as was asked for, marked when it is not all.
pub fn shortened(answered: &Answered, summary: Summary) -> String {
    let hide: &[&str] = match summary {
        Summary::Whole | Summary::Count => return answered.text.clone(),
        Summary::Text => return narrative(answered),
        Summary::Data => &["text{"],
        Summary::True => &["text{", "note", "presentedForm", "referenceRange", "photo"],
    };
    let change = Change {
        id: &answered.id.to_string(),
        meta: &subsetted,
        reference: &|_| None,
        hide,
    };
    rewrite(&answered.text, &change).unwrap_or_else(|_| answered.text.clone())
}

/// The narrative, and the members that R4 demands of every type that has them.
fn narrative(answered: &Answered) -> String {
    let mut text = format!(
        "{{\"resourceType\":{},\"id\":{},\"meta\":{}",
        json!(answered.kind),
        json!(answered.id.to_string()),
        subsetted(member_of(&answered.text, "meta"))
    );
    for name in [
        "text",
        "status",
        "intent",
        "code",
        "class",
        "subject",
        "patient",
        "content",
        "vaccineCode",
    ] {
        if let Some(value) = member_of(&answered.text, name) {
            let _ = write!(text, ",\"{name}\":{value}");
        }
    }
    text.push('}');
    text
}

fn subsetted(meta: Option<&str>) -> String {
    let mut meta: Map<String, Json> = meta
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let tag = json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED" });
    push(&mut meta, "tag", tag);
    Json::Object(meta).to_string()
}
