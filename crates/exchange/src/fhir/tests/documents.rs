//! Examples: what is planned, written, answered, agreed and told.

use super::change::Case;

pub(super) const DOCUMENTS: &[Case] = &[
    Case {
        json: r#"{"resourceType":"CarePlan","id":"cp","status":"active","intent":"plan","category":[{"text":"Diabetes"}],"title":"My plan","description":"Eat well","subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"period":{"start":"2024-01-01","end":"2024-12-31"},"created":"2023-12-31","author":{"display":"Nurse Oak"},"careTeam":[{"display":"Team"}],"addresses":[{"display":"Type 2 diabetes"}],"goal":[{"display":"Lose 5 kg"}],"note":[{"text":"Keen"}],
            "activity":[{"detail":{"kind":"ServiceRequest","code":{"text":"Foot check"},"status":"scheduled","statusReason":{"text":"Yearly"},"reasonCode":[{"text":"Risk"}],"description":"Both feet","scheduledPeriod":{"start":"2024-06-01","end":"2024-06-30"},"location":{"display":"Clinic"},"performer":[{"display":"Podiatrist"}]},"progress":[{"text":"Booked"}]},{"reference":{"reference":"Task/1","display":"Call"}}]}"#,
        shown: r#"
            CarePlan/cp · about p1
            0 CarePlan ||My plan · on 2024-01-01 · to 2024-12-31 · recorded 2023-12-31 · by Nurse Oak · in Diabetes · encounter e1 · Active · > Eat well · > for: Type 2 diabetes · > goal: Lose 5 kg · > team: Team · > note: Keen
            1 CarePlan ||Foot check · on 2024-06-01 · to 2024-06-30 · by Podiatrist · at Clinic · in ServiceRequest · Planned · > Both feet · > reason: Risk · > status reason: Yearly · > note: Booked
            2 CarePlan ||Call"#,
        quiet: &["/activity/1/reference/reference"],
    },
    Case {
        json: r#"{"resourceType":"Goal","id":"go","lifecycleStatus":"active","achievementStatus":{"text":"Improving"},"category":[{"text":"Diet"}],"priority":{"text":"High"},"description":{"text":"Walk to the shop"},"subject":{"reference":"Patient/p1"},"startDate":"2024-01-01","statusDate":"2024-02-01","statusReason":"Started","expressedBy":{"display":"Ann"},"addresses":[{"display":"Breathless"}],"note":[{"text":"With stick"}],"target":[{"measure":{"text":"Distance"},"detailQuantity":{"value":200,"unit":"m"},"dueDate":"2024-06-01"}]}"#,
        shown: r#"
            Goal/go · about p1
            0 Goal ||Walk to the shop · = “Distance 200 m by 1 June 2024” · on 2024-01-01 · recorded 2024-02-01 · by Ann · in Diet · Active · > achievement: Improving · > priority: High · > for: Breathless · > status reason: Started · > note: With stick"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"DocumentReference","id":"dr","status":"current","docStatus":"final","type":{"text":"Discharge letter"},"category":[{"text":"Correspondence"}],"subject":{"reference":"Patient/p1"},"date":"2024-01-04T10:00:00Z","author":[{"display":"Dr Ward"}],"custodian":{"display":"Hospital"},"description":"Letter to GP","content":[{"attachment":{"contentType":"application/pdf","url":"https://example.org/d","title":"Letter"}}],"context":{"encounter":[{"reference":"Encounter/e1"}],"event":[{"text":"Stay"}],"period":{"start":"2024-01-01","end":"2024-01-03"},"facilityType":{"text":"Ward"},"practiceSetting":{"text":"Surgery"}}}"#,
        shown: r#"
            DocumentReference/dr · about p1
            0 Document ||Discharge letter · on 2024-01-01 · to 2024-01-03 · recorded 2024-01-04T10:00:00Z · by Dr Ward · at Hospital · in Correspondence · encounter e1 · Completed · > Letter to GP · > file: Letter https://example.org/d (application/pdf) · > service: Surgery · > setting: Ward · > about: Stay"#,
        quiet: &[],
    },
    Case {
        json: r#"{"resourceType":"Composition","id":"co","status":"final","type":{"text":"Discharge summary"},"category":[{"text":"Summary"}],"subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"date":"2024-01-04","author":[{"display":"Dr Ward"}],"title":"Summary of stay","custodian":{"display":"Hospital"},"event":[{"code":[{"text":"Admission"}]}],
            "section":[{"title":"Plan","code":{"text":"Plan and actions"},"text":{"status":"generated","div":"<div><p>Rest &amp; fluids</p><ul><li>Review</li></ul></div>"},"entry":[{"display":"Paracetamol"}],"section":[{"title":"Later","author":[{"display":"Dr Late"}],"emptyReason":{"text":"Nil known"}}]}]}"#,
        shown: r#"
            Composition/co · about p1
            0 Document ||Discharge summary · on 2024-01-04 · recorded 2024-01-04 · by Dr Ward · at Hospital · in Summary · encounter e1 · Completed · > title: Summary of stay · > about: Admission
            1 Document ||Plan and actions · = “Rest & fluids Review” · on 2024-01-04 · recorded 2024-01-04 · by Dr Ward · encounter e1 · Completed · > title: Plan · > holds: Paracetamol
            2 Document ||Later · on 2024-01-04 · recorded 2024-01-04 · by Dr Late · encounter e1 · Completed · > empty because: Nil known"#,
        // How a narrative was made is not told.
        quiet: &["/section/0/text/status"],
    },
    Case {
        json: r#"{"resourceType":"QuestionnaireResponse","id":"qr","questionnaire":"https://example.org/frailty","status":"completed","subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"authored":"2024-01-01","author":{"display":"Nurse Oak"},
            "item":[{"linkId":"1","text":"Group","item":[{"linkId":"1.1","text":"Lives alone?","answer":[{"valueBoolean":true}]},{"linkId":"1.2","text":"Help from","answer":[{"valueString":"Son"},{"valueCoding":{"code":"n","display":"Neighbour"}}]}]},{"linkId":"2","text":"Score","answer":[{"valueInteger":5,"item":[{"linkId":"2.1","text":"Why","answer":[{"valueString":"Falls"}]}]}]}]}"#,
        shown: r#"
            QuestionnaireResponse/qr · about p1
            0 Questionnaire ||https://example.org/frailty · on 2024-01-01 · recorded 2024-01-01 · by Nurse Oak · encounter e1 · Completed
            1 Questionnaire |1.1|Lives alone? · = true · on 2024-01-01 · recorded 2024-01-01 · by Nurse Oak · encounter e1 · Completed
            2 Questionnaire |1.2|Help from · = “Son, Neighbour” · on 2024-01-01 · recorded 2024-01-01 · by Nurse Oak · encounter e1 · Completed
            3 Questionnaire |2|Score · = 5  · on 2024-01-01 · recorded 2024-01-01 · by Nurse Oak · encounter e1 · Completed
            4 Questionnaire |2.1|Why · = “Falls” · on 2024-01-01 · recorded 2024-01-01 · by Nurse Oak · encounter e1 · Completed"#,
        // A group has no answer of its own; of several coded answers the words are shown.
        quiet: &[
            "/item/0/linkId",
            "/item/0/text",
            "/item/0/item/1/answer/1/valueCoding/code",
        ],
    },
    Case {
        json: r#"{"resourceType":"Consent","id":"cn","status":"active","scope":{"text":"Treatment"},"category":[{"text":"Resuscitation"},{"text":"Wish"}],"patient":{"reference":"Patient/p1"},"dateTime":"2024-01-01","performer":[{"display":"Ann"}],"organization":[{"display":"Hospice"}],"policyRule":{"text":"Opt out"},"verification":[{"verified":true,"verifiedWith":{"display":"Son"}}],
            "provision":{"type":"deny","period":{"start":"2024-01-02","end":"2025-01-01"},"action":[{"text":"Attempt"}],"actor":[{"role":{"text":"any"},"reference":{"display":"Everyone"}}],"provision":[{"type":"permit","purpose":[{"display":"Comfort","code":"c"}]}]}}"#,
        shown: r#"
            Consent/cn · about p1
            0 Consent ||Resuscitation · also ||Wish · = “deny” · on 2024-01-02 · to 2025-01-01 · recorded 2024-01-01 · by Ann · at Hospice · in Treatment · Active · > deny: Attempt, Everyone · > permit: Comfort · > rule: Opt out · > verified with: Son"#,
        // The provision's own start stands before the signing; words stand for codes.
        quiet: &[
            "/verification/0/verified",
            "/provision/actor/0/role/text",
            "/provision/provision/0/purpose/0/code",
        ],
    },
    Case {
        json: r#"{"resourceType":"Communication","id":"cm","status":"completed","statusReason":{"text":"Sent"},"category":[{"text":"Notice"}],"priority":"routine","medium":[{"text":"Letter"}],"subject":{"reference":"Patient/p1"},"topic":{"text":"Recall"},"about":[{"display":"Eye test"}],"encounter":{"reference":"Encounter/e1"},"sent":"2024-01-01T10:00:00Z","recipient":[{"display":"Ann"}],"sender":{"display":"Screening"},"reasonCode":[{"text":"Yearly"}],"payload":[{"contentString":"Please come"}],"note":[{"text":"Second"}]}"#,
        shown: r#"
            Communication/cm · about p1
            0 Communication ||Recall · = “Please come” · on 2024-01-01T10:00:00Z · by Screening · in Notice · encounter e1 · Completed · > to: Ann · > by way of: Letter · > priority: routine · > reason: Yearly · > status reason: Sent · > about: Eye test · > note: Second"#,
        quiet: &[],
    },
];
