//! The search parameters, one table: what the capability statement says and what a search understands.

/// How a parameter's value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `system|code`, `code` or `|code`.
    Token,
    /// A date with an optional prefix.
    Date,
    /// `Type/id` or an id.
    Reference,
}

impl Kind {
    /// What FHIR calls it.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Token => "token",
            Kind::Date => "date",
            Kind::Reference => "reference",
        }
    }
}

/// One parameter of one type.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// How it is compared.
    pub kind: Kind,
    /// The elements it looks at, each a path of members.
    pub paths: &'static [&'static str],
}

const fn token(name: &'static str, paths: &'static [&'static str]) -> Param {
    let kind = Kind::Token;
    Param { name, kind, paths }
}
const fn date(name: &'static str, paths: &'static [&'static str]) -> Param {
    let kind = Kind::Date;
    Param { name, kind, paths }
}
const fn reference(name: &'static str, paths: &'static [&'static str]) -> Param {
    let kind = Kind::Reference;
    Param { name, kind, paths }
}

/// Parameters of every type that is about a person. `patient` and `subject` choose the person and stand apart.
const COMMON: [Param; 1] = [token("identifier", &["identifier"])];
const ENCOUNTER: Param = reference("encounter", &["encounter"]);
const CONTEXT: Param = reference("encounter", &["context"]);
const CODE: Param = token("code", &["code"]);
const STATUS: Param = token("status", &["status"]);
const CATEGORY: Param = token("category", &["category"]);
const PERIOD: Param = date("date", &["period"]);
const MEDICINE: Param = token("code", &["medicationCodeableConcept"]);

/// The parameters of a type beyond [`COMMON`], and those of R4 beside them that senders' readers use.
const TYPES: [(&str, &[Param]); 24] = [
    (
        "AllergyIntolerance",
        &[
            CODE,
            token("category", &["category"]),
            token("status", &["clinicalStatus"]),
            token("clinical-status", &["clinicalStatus"]),
            token("verification-status", &["verificationStatus"]),
            token("criticality", &["criticality"]),
            date("date", &["recordedDate"]),
            ENCOUNTER,
        ],
    ),
    (
        "Appointment",
        &[
            STATUS,
            token("service-type", &["serviceType"]),
            token("code", &["serviceType"]),
            token("category", &["serviceCategory"]),
            date("date", &["start", "requestedPeriod"]),
        ],
    ),
    (
        "CarePlan",
        &[STATUS, CATEGORY, token("code", &["category"]), PERIOD, ENCOUNTER],
    ),
    (
        "CareTeam",
        &[STATUS, CATEGORY, token("code", &["category"]), PERIOD, ENCOUNTER],
    ),
    (
        "Communication",
        &[
            STATUS,
            CATEGORY,
            token("code", &["topic"]),
            date("date", &["sent", "received"]),
            date("sent", &["sent"]),
            ENCOUNTER,
        ],
    ),
    (
        "Composition",
        &[
            STATUS,
            CATEGORY,
            token("type", &["type"]),
            token("code", &["type"]),
            date("date", &["date"]),
            ENCOUNTER,
        ],
    ),
    (
        "Condition",
        &[
            CODE,
            CATEGORY,
            token("status", &["clinicalStatus"]),
            token("clinical-status", &["clinicalStatus"]),
            token("verification-status", &["verificationStatus"]),
            date("date", &["onsetDateTime", "onsetPeriod", "recordedDate"]),
            date("onset-date", &["onsetDateTime", "onsetPeriod"]),
            date("recorded-date", &["recordedDate"]),
            ENCOUNTER,
        ],
    ),
    (
        "Consent",
        &[
            STATUS,
            CATEGORY,
            token("code", &["category"]),
            date("date", &["dateTime"]),
        ],
    ),
    (
        "DiagnosticReport",
        &[
            CODE,
            STATUS,
            CATEGORY,
            date("date", &["effectiveDateTime", "effectivePeriod"]),
            date("issued", &["issued"]),
            ENCOUNTER,
        ],
    ),
    (
        "DocumentReference",
        &[
            STATUS,
            CATEGORY,
            token("type", &["type"]),
            token("code", &["type"]),
            date("date", &["date"]),
            date("period", &["context.period"]),
            reference("encounter", &["context.encounter"]),
        ],
    ),
    (
        "Encounter",
        &[
            STATUS,
            token("class", &["class"]),
            token("category", &["class"]),
            token("type", &["type"]),
            token("code", &["type"]),
            PERIOD,
            reference("encounter", &["partOf"]),
            reference("part-of", &["partOf"]),
        ],
    ),
    (
        "EpisodeOfCare",
        &[STATUS, token("type", &["type"]), token("code", &["type"]), PERIOD],
    ),
    ("Flag", &[STATUS, CODE, CATEGORY, PERIOD, ENCOUNTER]),
    (
        "Goal",
        &[
            token("status", &["lifecycleStatus"]),
            token("lifecycle-status", &["lifecycleStatus"]),
            CATEGORY,
            token("code", &["description"]),
            date("date", &["startDate"]),
            date("start-date", &["startDate"]),
        ],
    ),
    (
        "Immunization",
        &[
            STATUS,
            token("vaccine-code", &["vaccineCode"]),
            token("code", &["vaccineCode"]),
            date("date", &["occurrenceDateTime"]),
            ENCOUNTER,
        ],
    ),
    (
        "MedicationDispense",
        &[
            STATUS,
            MEDICINE,
            CATEGORY,
            date("date", &["whenHandedOver", "whenPrepared"]),
            CONTEXT,
        ],
    ),
    (
        "MedicationRequest",
        &[
            STATUS,
            MEDICINE,
            CATEGORY,
            token("intent", &["intent"]),
            date("date", &["authoredOn"]),
            date("authoredon", &["authoredOn"]),
            ENCOUNTER,
        ],
    ),
    (
        "MedicationStatement",
        &[
            STATUS,
            MEDICINE,
            CATEGORY,
            date("date", &["effectiveDateTime", "effectivePeriod"]),
            date("effective", &["effectiveDateTime", "effectivePeriod"]),
            CONTEXT,
        ],
    ),
    (
        "Observation",
        &[
            CODE,
            STATUS,
            CATEGORY,
            token("component-code", &["component.code"]),
            token("combo-code", &["code", "component.code"]),
            date("date", &["effectiveDateTime", "effectivePeriod", "effectiveInstant"]),
            ENCOUNTER,
        ],
    ),
    (
        "Procedure",
        &[
            CODE,
            STATUS,
            CATEGORY,
            date("date", &["performedDateTime", "performedPeriod"]),
            ENCOUNTER,
        ],
    ),
    (
        "QuestionnaireResponse",
        &[
            STATUS,
            date("date", &["authored"]),
            date("authored", &["authored"]),
            ENCOUNTER,
        ],
    ),
    (
        "RelatedPerson",
        &[
            token("code", &["relationship"]),
            token("relationship", &["relationship"]),
        ],
    ),
    (
        "ServiceRequest",
        &[
            CODE,
            STATUS,
            CATEGORY,
            date("date", &["authoredOn", "occurrenceDateTime", "occurrencePeriod"]),
            date("authored", &["authoredOn"]),
            date("occurrence", &["occurrenceDateTime", "occurrencePeriod"]),
            ENCOUNTER,
        ],
    ),
    (
        "Task",
        &[
            CODE,
            STATUS,
            token("category", &["businessStatus"]),
            date("date", &["authoredOn", "executionPeriod"]),
            date("authored-on", &["authoredOn"]),
            date("period", &["executionPeriod"]),
            ENCOUNTER,
        ],
    ),
];

/// Parameters that every search takes.
pub const RESULT: [&str; 9] = [
    "_count",
    "_sort",
    "_include",
    "_revinclude",
    "_summary",
    "_total",
    "_page",
    "_format",
    "_pretty",
];

/// What a Patient search by POST takes; none of it ever stands in an address (SAFETY 12).
pub const TRAITS: [(&str, &str); 8] = [
    ("identifier", "token"),
    ("name", "string"),
    ("family", "string"),
    ("given", "string"),
    ("birthdate", "date"),
    ("gender", "token"),
    ("address-postalcode", "string"),
    ("general-practitioner", "reference"),
];

/// Every parameter of a type that filters a person's items.
pub fn params_of(item_type: &str) -> impl Iterator<Item = &'static Param> + use<> {
    let own = TYPES
        .iter()
        .find(|(name, _)| *name == item_type)
        .map_or(&[][..], |(_, params)| *params);
    COMMON.iter().chain(own)
}

/// The parameter of this name that a type has.
pub fn param_of(item_type: &str, name: &str) -> Option<&'static Param> {
    params_of(item_type).find(|param| param.name == name)
}

/// References that `_include` and `_revinclude` follow: the members that hold them, by the parameter's name.
pub const INCLUDES: [(&str, &[&str]); 12] = [
    ("encounter", &["encounter", "context", "partOf", "context.encounter"]),
    ("patient", &["patient", "subject", "for", "participant.actor"]),
    ("subject", &["subject", "patient", "for", "participant.actor"]),
    ("performer", &["performer", "performer.actor"]),
    ("requester", &["requester"]),
    ("author", &["author"]),
    (
        "organization",
        &[
            "organization",
            "managingOrganization",
            "serviceProvider",
            "custodian",
            "providedBy",
        ],
    ),
    (
        "practitioner",
        &["practitioner", "participant.individual", "recorder", "asserter"],
    ),
    ("location", &["location", "location.location", "locationReference"]),
    ("medication", &["medicationReference"]),
    ("result", &["result"]),
    ("part-of", &["partOf"]),
];
