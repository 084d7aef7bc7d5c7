//! How alike two short texts are. Texts are folded (capital ASCII letters, digits and single spaces) before they come
//! here, so bytes are characters.

/// True when `a` becomes `b` by exactly one slip of the fingers: a letter more, a letter less, another letter, or two
/// neighbours changed round (optimal string alignment distance of one).
pub fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let front = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    if long.len() > short.len() {
        return short[front..] == long[front + 1..];
    }
    match short.len() - front {
        0 => false,
        1 => true,
        _ => {
            short[front + 1..] == long[front + 1..]
                || (short[front] == long[front + 1]
                    && short[front + 1] == long[front]
                    && short[front + 2..] == long[front + 2..])
        }
    }
}

/// Jaro–Winkler similarity, 0 to 1, with the usual weight of 0.1 for each of at most four first letters that agree
/// (Winkler 1990). Only the first 64 bytes of each text are looked at.
pub fn jaro_winkler(a: &[u8], b: &[u8]) -> f64 {
    let (a, b) = (&a[..a.len().min(64)], &b[..b.len().min(64)]);
    if a.is_empty() || b.is_empty() {
        return if a.len() == b.len() { 1.0 } else { 0.0 };
    }
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let (mut of_a, mut of_b) = (0u64, 0u64);
    for (i, letter) in a.iter().enumerate() {
        let from = i.saturating_sub(window);
        let to = (i + window + 1).min(b.len());
        let mut j = from;
        while j < to {
            if of_b >> j & 1 == 0 && b[j] == *letter {
                of_a |= 1 << i;
                of_b |= 1 << j;
                break;
            }
            j += 1;
        }
    }
    let matches = of_a.count_ones();
    if matches == 0 {
        return 0.0;
    }
    let (mut left_a, mut left_b, mut moved) = (of_a, of_b, 0u32);
    while left_a != 0 {
        let (i, j) = (left_a.trailing_zeros(), left_b.trailing_zeros());
        moved += u32::from(a[i as usize] != b[j as usize]);
        left_a &= left_a - 1;
        left_b &= left_b - 1;
    }
    let m = f64::from(matches);
    let jaro = (m / a.len() as f64 + m / b.len() as f64 + (m - f64::from(moved / 2)) / m) / 3.0;
    let begins = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count() as f64;
    jaro + begins * 0.1 * (1.0 - jaro)
}

/// The American Soundex of the first word (National Archives rules), as four bytes in one number; 0 for a text without
/// a letter. The first letter is kept as its sound group where it is often mistaken (C, K and Q; F and P of PH; J and G
/// are left as they are).
pub fn soundex(word: &[u8]) -> u32 {
    const CODES: &[u8; 26] = b"01230120022455012623010202";
    let mut letters = word
        .iter()
        .copied()
        .take_while(|c| *c != b' ')
        .filter(u8::is_ascii_uppercase);
    let Some(first) = letters.next() else { return 0 };
    let code = |c: u8| CODES[usize::from(c - b'A')];
    let head = match first {
        b'K' | b'Q' => b'C',
        b'Z' => b'S',
        other => other,
    };
    let mut out = [head, b'0', b'0', b'0'];
    let (mut filled, mut last) = (1, code(first));
    for letter in letters {
        let now = code(letter);
        if now != b'0' && now != last {
            out[filled] = now;
            filled += 1;
            if filled == 4 {
                break;
            }
        }
        // H and W do not part two letters of one code; vowels do.
        if letter != b'H' && letter != b'W' {
            last = now;
        }
    }
    u32::from_be_bytes(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter_more_less_other_or_two_turned_round() {
        for (a, b, is) in [
            ("GEMMA", "GEMA", true),
            ("TOM", "TPM", true),
            ("WILSON", "WISLON", true),
            ("SHANE", "HANE", true),
            ("DEAN", "RICHARDS", false),
            ("ANNA", "ANNA", false),
            ("ABCD", "BADC", false),
            ("A", "AB", true),
            ("", "A", true),
        ] {
            assert_eq!(one_slip(a.as_bytes(), b.as_bytes()), is, "{a} {b}");
            assert_eq!(one_slip(b.as_bytes(), a.as_bytes()), is, "{b} {a}");
        }
    }

    #[test]
    fn jaro_winkler_gives_the_published_figures() {
        // Winkler (1990), table of examples.
        for (a, b, published) in [
            ("MARTHA", "MARHTA", 0.961),
            ("DWAYNE", "DUANE", 0.840),
            ("DIXON", "DICKSONX", 0.813),
            ("ABC", "XYZ", 0.0),
        ] {
            let ours = jaro_winkler(a.as_bytes(), b.as_bytes());
            assert!((ours - published).abs() < 0.001, "{a} {b}: {ours}");
        }
    }

    #[test]
    fn soundex_gives_the_published_codes() {
        for (word, code) in [
            ("ROBERT", "R163"),
            ("RUPERT", "R163"),
            ("TYMCZAK", "T522"),
            ("PFISTER", "P236"),
            ("ASHCRAFT", "A261"),
            ("LEE", "L000"),
        ] {
            assert_eq!(soundex(word.as_bytes()).to_be_bytes(), code.as_bytes(), "{word}");
        }
        assert_eq!(soundex(b""), 0);
    }
}
