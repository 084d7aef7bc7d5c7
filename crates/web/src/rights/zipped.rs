//! A ZIP file of a few small files, stored without compression (PKWARE APPNOTE 6.3, sections 4.3 and 4.4): enough for
//! a copy to keep, which any computer opens.

/// A file in the ZIP file: its name, and its bytes.
pub type Part<'a> = (&'a str, &'a [u8]);

/// No date is told: the file says itself when it was made. This is 1 January 1980, the format's zero.
const NO_DATE: u16 = 0x21;
/// Names are UTF-8.
const UTF8: u16 = 0x800;
const VERSION: u16 = 20;

/// The ZIP file; `None` when a part, or all of it, is larger than the format's 4 GB, or a name longer than 64 KB.
pub fn zipped(parts: &[Part<'_>]) -> Option<Vec<u8>> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let at = u32::try_from(file.len()).ok()?;
        let length = u32::try_from(bytes.len()).ok()?;
        let name_length = u16::try_from(name.len()).ok()?;
        let crc = crc32(bytes);
        // What the entry in the file and the one in the directory have in common.
        let mut head = Vec::new();
        for word in [VERSION, UTF8, 0, 0, NO_DATE] {
            head.extend(word.to_le_bytes());
        }
        for number in [crc, length, length] {
            head.extend(number.to_le_bytes());
        }
        head.extend(name_length.to_le_bytes());
        head.extend([0; 2]);
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(*bytes);
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&head);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(parts.len()).ok()?;
    let (begins, length) = (u32::try_from(file.len()).ok()?, u32::try_from(directory.len()).ok()?);
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    for number in [count, count] {
        file.extend(number.to_le_bytes());
    }
    file.extend(length.to_le_bytes());
    file.extend(begins.to_le_bytes());
    file.extend([0; 2]);
    Some(file)
}

/// CRC-32 as in ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ 0xEDB8_8320,
            _ => crc >> 1,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_sum_is_the_one_that_the_standard_gives() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_file_says_where_its_parts_are() {
        let file = zipped(&[("a.txt", b"hello"), ("b.txt", b"")]).unwrap();
        assert!(file.starts_with(b"PK\x03\x04") && file.windows(5).any(|some| some == b"hello"));
        let end = &file[file.len() - 22..];
        assert_eq!((&end[..4], end[10]), (&b"PK\x05\x06"[..], 2));
        let begins = u32::from_le_bytes([end[16], end[17], end[18], end[19]]) as usize;
        assert!(file[begins..].starts_with(b"PK\x01\x02"));
    }
}
