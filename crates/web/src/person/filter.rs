//! The timeline's filters, which live in the address: `?kind=Result&sender=RBD&years=2&page=3`.

use crate::site::form::{Pairs, query};

/// How far back the timeline goes unless asked otherwise.
pub const YEARS_USUAL: Years = Years::Last(2);

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Years {
    /// This many years.
    Last(u8),
    /// Everything.
    All,
}

/// Which entries to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// One kind; `None` for all. Compared with [`record::Kind`]'s number.
    pub kind: Option<record::Kind>,
    /// One sender's organisation code; `None` for all.
    pub sender: Option<String>,
    /// How far back.
    pub years: Years,
    /// Which page, from 1.
    pub page: u32,
}

impl Filter {
    /// Reads a query. What it does not know it leaves at its usual value: a pasted address never fails.
    pub fn read(text: &str) -> Self {
        let pairs = Pairs::read(text);
        let number = pairs.get("kind").parse().ok();
        let sender = pairs.get("sender");
        let fits = (1..=12).contains(&sender.len()) && sender.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Self {
            kind: number.and_then(record::Kind::from_number),
            sender: fits.then(|| sender.to_owned()),
            years: match pairs.get("years") {
                "all" => Years::All,
                "1" => Years::Last(1),
                "5" => Years::Last(5),
                "10" => Years::Last(10),
                _ => YEARS_USUAL,
            },
            page: pairs.page(),
        }
    }

    /// The filter as a query, for links; usual values are left out.
    pub fn query(&self) -> String {
        let kind = self.kind.map(|kind| (kind as u8).to_string()).unwrap_or_default();
        let years = if self.years == YEARS_USUAL {
            String::new()
        } else {
            self.years_value()
        };
        let page = if self.page > 1 {
            self.page.to_string()
        } else {
            String::new()
        };
        let sender = self.sender.as_deref().unwrap_or("");
        query(&[("kind", &kind), ("sender", sender), ("years", &years), ("page", &page)])
    }

    /// What the list of years sends for this filter.
    pub fn years_value(&self) -> String {
        match self.years {
            Years::All => "all".to_owned(),
            Years::Last(years) => years.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_comes_back_from_its_own_address() {
        for text in [
            "",
            "?kind=4",
            "?sender=RBD&years=all",
            "?kind=2&sender=J81012&years=5&page=3",
        ] {
            assert_eq!(Filter::read(text.trim_start_matches('?')).query(), text);
        }
    }

    #[test]
    fn nonsense_in_an_address_is_the_usual_view() {
        for text in [
            "kind=999",
            "years=-3",
            "sender=%3Cscript%3E",
            "page=0",
            "kind=Result'--",
            "sender=ABCDEFGHIJKLMNOP",
        ] {
            assert_eq!(Filter::read(text), Filter::read(""), "{text}");
        }
    }
}
