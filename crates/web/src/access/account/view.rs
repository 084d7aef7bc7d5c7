//! What setting an account up and looking after it show.

use crate::site::form::Problem;
use crate::site::view::Frame;
use askama::Template;

/// Setting an account up, first step: the code that was handed over.
#[derive(Template)]
#[template(path = "access/account/enrol.html")]
pub struct EnrolPage {
    /// Around it.
    pub frame: Frame,
    /// The user name that was typed.
    pub user: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Setting an account up, second step: an app and a password.
#[derive(Template)]
#[template(path = "access/account/set_up.html")]
pub struct SetUpPage {
    /// Around it.
    pub frame: Frame,
    /// Whose account, as people read it.
    pub name: String,
    /// The name to sign in by.
    pub user: String,
    /// The enrolment code, carried on.
    pub enrol: String,
    /// The app's key, to be typed.
    pub key: String,
    /// The app's key as an address that opens the app.
    pub address: String,
    /// The same as a picture.
    pub picture: Picture,
    /// Letters that a password has at least.
    pub letters_min: usize,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Recovery codes, shown once.
#[derive(Template)]
#[template(path = "access/account/recovery.html")]
pub struct RecoveryPage {
    /// Around it.
    pub frame: Frame,
    /// The codes.
    pub codes: Vec<String>,
    /// Where to go on.
    pub onward: String,
}

/// One place where someone is signed in.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// What ending it is asked by.
    pub number: String,
    /// The browser, in words.
    pub agent: String,
    /// When it began.
    pub begun: String,
    /// When it was last used, in words.
    pub seen: String,
    /// Whether it is this one.
    pub this: bool,
}

/// Someone's own account.
#[derive(Template)]
#[template(path = "access/account/account.html")]
pub struct AccountPage {
    /// Around it.
    pub frame: Frame,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// The organisation they act for.
    pub organisation: String,
    /// By what they signed in.
    pub method: String,
    /// Recovery codes that are left, for those who have any.
    pub recovery_left: Option<i64>,
    /// Where they are signed in.
    pub sessions: Vec<SessionLine>,
    /// Minutes without use after which one is signed out, and hours in all.
    pub ends: (i64, i64),
    /// What has just been done, in words.
    pub done: String,
}

/// One thing that happened to somebody's account, in words.
#[derive(Clone, Debug)]
pub struct HappenedLine {
    /// What the form sends: its number, and how often it had happened.
    pub seen: String,
    /// What.
    pub what: String,
    /// When, where, and what it means.
    pub more: Vec<String>,
}

/// What happened to somebody's account, for them to say whether it was them.
#[derive(Template)]
#[template(path = "access/account/happened.html")]
pub struct HappenedPage {
    /// Around it.
    pub frame: Frame,
    /// What happened, the latest first.
    pub lines: Vec<HappenedLine>,
    /// Where they were going.
    pub onward: String,
    /// What a form must still say.
    pub problems: Vec<Problem>,
}

/// What to do once something was said not to be one's own.
#[derive(Template)]
#[template(path = "access/account/not_me.html")]
pub struct NotMePage {
    /// Around it.
    pub frame: Frame,
    /// Whether they sign in with a password here.
    pub by_password: bool,
    /// Where they were going.
    pub onward: String,
}

/// Another password.
#[derive(Template)]
#[template(path = "access/account/password.html")]
pub struct PasswordPage {
    /// Around it.
    pub frame: Frame,
    /// Letters that a password has at least.
    pub letters_min: usize,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The second factor, asked for again before something that is hard to undo.
#[derive(Template)]
#[template(path = "access/account/confirm.html")]
pub struct ConfirmPage {
    /// Around it.
    pub frame: Frame,
    /// What is about to be done, in words.
    pub what: String,
    /// Where the form is sent.
    pub action: String,
    /// What was typed, sent along.
    pub fields: Vec<(String, String)>,
    /// Whether an identity provider is asked instead of an app.
    pub provider: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Signed in by an identity provider: leads on at once.
#[derive(Template)]
#[template(path = "access/account/returned.html")]
pub struct ReturnedPage {
    /// Around it.
    pub frame: Frame,
    /// What is happening.
    pub heading: String,
    /// Where to.
    pub onward: String,
}

/// A picture of black squares for a telephone's camera.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Squares along a side, with the quiet zone around.
    pub side: i32,
    /// The black squares, as an SVG path.
    pub path: String,
}

impl Picture {
    /// The QR code of an address; empty when it is too long for one.
    pub fn of(address: &str) -> Self {
        use qrcodegen::{QrCode, QrCodeEcc};
        /// The standard's quiet zone (ISO/IEC 18004).
        const QUIET: i32 = 4;
        let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else {
            return Self::default();
        };
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
        Self {
            side: code.size() + 2 * QUIET,
            path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_three_finder_patterns_and_a_quiet_zone() {
        let picture = Picture::of("otpauth://totp/Dorset:nia.marlow?secret=MZXW6YTBOI");
        let black = |x: i32, y: i32| picture.path.contains(&format!("M{x} {y}h1v1h-1z"));
        let far = picture.side - 4 - 7;
        for (x, y) in [(4, 4), (far, 4), (4, far)] {
            for at in 0..7 {
                assert!(black(x + at, y) && black(x, y + at) && black(x + at, y + 6), "{x} {y}");
            }
            assert!(!black(x + 1, y + 1) && black(x + 3, y + 3));
        }
        assert!((0..picture.side).all(|at| !black(at, 3) && !black(3, at)));
        assert_eq!(Picture::of(&"x".repeat(5000)).side, 0);
    }
}
