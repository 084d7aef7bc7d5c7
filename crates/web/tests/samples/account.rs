//! The pages of people's own accounts.

use super::{Sample, add, render};
use web::access::account::view::*;
use web::access::view::*;
use web::site::form::Problem;
use web::site::view::Frame;

const ADDRESS: &str = "otpauth://totp/Dorset%20shared%20care%20record:nia.okafor?secret=MZXW6YTBOJQWEZLSMZXW6YTBOJQWEZLS&issuer=Dorset%20shared%20care%20record&algorithm=SHA1&digits=6&period=30";

pub fn add_to(samples: &mut Vec<Sample>) {
    own(samples);
    of_what_happened(samples);
    add(samples, "/sign-in?by=password", "Sign in", |frame| {
        render(sign_in(frame, ""))
    });
    add(samples, "/sign-in?wrong", "Error: Sign in", |frame| {
        render(sign_in(frame, "The user name, password or code is not right"))
    });
    add(samples, "/wrong/typed", "What you typed is kept", |frame| {
        render(TypedPage {
            frame,
            action: "/wrong/31/closure".into(),
            lines: vec![
                TypedLine {
                    field: "outcome".into(),
                    label: "Outcome".into(),
                    value: "The practice corrected it on Tuesday; <b>the</b> old line is gone & nobody else has it."
                        .into(),
                },
                TypedLine {
                    field: "none".into(),
                    label: "None".into(),
                    value: String::new(),
                },
            ],
        })
    });
    add(samples, "/enrol", "Set up your account", |frame| {
        render(EnrolPage {
            frame,
            user: String::new(),
            problems: Vec::new(),
        })
    });
    add(samples, "/enrol?problem", "Error: Set up your account", |frame| {
        render(EnrolPage {
            frame,
            user: "nia.okafor".into(),
            problems: vec![Problem::new("enrol", "This user name and code do not belong together")],
        })
    });
    add(samples, "/enrol/account", "Choose how you sign in", |frame| {
        render(set_up(frame, Vec::new()))
    });
    add(
        samples,
        "/enrol/account?problem",
        "Error: Choose how you sign in",
        |frame| {
            let problems = vec![
                Problem::new("password", "Choose at least 12 letters"),
                Problem::new("code", "Type the six figures that the app shows now"),
            ];
            render(set_up(frame, problems))
        },
    );
    add(samples, "/account/recovery", "Your recovery codes", |frame| {
        render(RecoveryPage {
            frame,
            codes: vec!["7kq2m-x9f4w-0p8tz-3bnhc-r5vjd".into(); 10],
            onward: "/".into(),
        })
    });
}

fn own(samples: &mut Vec<Sample>) {
    let session = |agent: &str, this: bool| SessionLine {
        number: "0123456789abcdef".into(),
        agent: agent.into(),
        begun: "12 April 2026, 07:58".into(),
        seen: "6 minutes ago".into(),
        this,
    };
    let account = |frame: Frame, done: &str, left: Option<i64>| AccountPage {
        frame,
        name: "Nia Okafor".into(),
        role: "clinician".into(),
        organisation: "Dorset HealthCare".into(),
        method: "password and code".into(),
        recovery_left: left,
        sessions: vec![session("Firefox on Windows", true), session("Safari on iPhone", false)],
        ends: (30, 12),
        done: done.into(),
    };
    add(samples, "/account", "Your account", |frame| {
        render(account(frame, "", Some(9)))
    });
    add(samples, "/account?done=password", "Your account", |frame| {
        render(account(frame, "Your password is changed.", Some(1)))
    });
    add(samples, "/account?demo", "Your account", |frame| {
        render(account(frame, "", None))
    });
    let password = |frame: Frame, problems: Vec<Problem>| PasswordPage {
        frame,
        letters_min: 12,
        problems,
    };
    add(samples, "/account/password", "Change your password", |frame| {
        render(password(frame, Vec::new()))
    });
    add(
        samples,
        "/account/password?problem",
        "Error: Change your password",
        |frame| {
            let problems = vec![Problem::new("old", "The password or the code is not right")];
            render(password(frame, problems))
        },
    );
    // The page after an identity provider leads on at once, so that no browser can look at it: see tests/provider.rs.
    let confirm = |frame: Frame, provider: bool, problems: Vec<Problem>| ConfirmPage {
        frame,
        what: "join people, or keep them apart".into(),
        action: "/identity/pairs/1/2".into(),
        fields: vec![("why".into(), "Same <b>person</b> & address".into())],
        provider,
        problems,
    };
    add(samples, "/account/confirm", "Show that it is still you", |frame| {
        render(confirm(frame, false, Vec::new()))
    });
    add(
        samples,
        "/account/confirm?problem",
        "Show that it is still you",
        |frame| {
            let problems = vec![Problem::new("confirm-code", "This code is not right")];
            render(confirm(frame, false, problems))
        },
    );
    add(
        samples,
        "/account/confirm?provider",
        "Show that it is still you",
        |frame| render(confirm(frame, true, Vec::new())),
    );
}

fn happened(frame: Frame, any: bool, problems: Vec<Problem>) -> HappenedPage {
    let line = |what: &str, more: &[&str]| HappenedLine {
        seen: "31.2".into(),
        what: what.into(),
        more: more.iter().map(|words| (*words).into()).collect(),
    };
    let lines = vec![
        line(
            "A sign-in as you, at a browser that was new to your account",
            &["12 April 2026, 09:45, at a browser that you had not used: Safari on iPhone."],
        ),
        line(
            "2 tries to sign in as you, with your right password and a wrong code",
            &[
                "From 12 April 2026, 09:31 to 12 April 2026, 09:40, the last at a browser that you had not used: Safari on iPhone.",
                "Nobody got in by it. If it was not you, somebody knows your password.",
            ],
        ),
        line("An administrator suspended your account", &["11 April 2026, 17:02."]),
    ];
    HappenedPage {
        frame,
        lines: if any { lines } else { Vec::new() },
        onward: "/people".into(),
        problems,
    }
}

fn of_what_happened(samples: &mut Vec<Sample>) {
    let title = "What happened to your account";
    add(samples, "/account/happened", title, |frame| {
        render(happened(frame, true, Vec::new()))
    });
    add(samples, "/account/happened?nothing", title, |frame| {
        render(happened(frame, false, Vec::new()))
    });
    add(samples, "/account/happened?problem", title, |frame| {
        let words = "Press one of the two: it was you, or it was not";
        render(happened(frame, true, vec![Problem::new("answer", words)]))
    });
    for (path, by_password) in [
        ("/account/happened?not-me", true),
        ("/account/happened?provider", false),
    ] {
        add(samples, path, "What to do now", |frame| {
            render(NotMePage {
                frame,
                by_password,
                onward: "/people".into(),
            })
        });
    }
}

fn sign_in(frame: Frame, problem: &str) -> SignInPage {
    SignInPage {
        frame,
        users: Vec::new(),
        onward: String::new(),
        reason: String::new(),
        provider: "Invented Care Identity".into(),
        typed: if problem.is_empty() {
            String::new()
        } else {
            "nia.okafor".into()
        },
        problems: (!problem.is_empty())
            .then(|| Problem::new("user", problem))
            .into_iter()
            .collect(),
    }
}

fn set_up(frame: Frame, problems: Vec<Problem>) -> SetUpPage {
    SetUpPage {
        frame,
        name: "Nia Okafor".into(),
        user: "nia.okafor".into(),
        enrol: "7kq2m-x9f4w-0p8tz-3bnhc-r5vjd".into(),
        key: "MZXW 6YTB OJQW EZLS MZXW 6YTB OJQW EZLS".into(),
        address: ADDRESS.into(),
        picture: Picture::of(ADDRESS),
        letters_min: 12,
        problems,
    }
}
