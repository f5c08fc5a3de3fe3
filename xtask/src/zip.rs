//! Zip archives, as far as releases need them: reading one member, and writing archives that are
//! the same bytes for the same contents. Written after the format's description, APPNOTE 6.3.

use anyhow::{Context as _, Result, bail};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// The signatures of a member, of its entry in the directory, and of the directory's end.
const MEMBER: u32 = 0x0403_4b50;
const ENTRY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const DEFLATED: u16 = 8;
/// The most that a member may have when it is unpacked.
const MOST: usize = 1_000_000_000;
/// 1980-01-01, the earliest date there is: an archive does not tell when it was made.
const DATE: u16 = 1 << 5 | 1;
/// The level beyond which compression gains nothing.
const LEVEL: u8 = 9;

/// Returns the unpacked content of a member.
pub fn read(archive: &[u8], name: &str) -> Result<Vec<u8>> {
    let end = archive
        .windows(4)
        .rposition(|window| window == END.to_le_bytes())
        .context("it is no zip archive")?;
    let mut entry = number(archive, end + 16, 4)?;
    for _ in 0..number(archive, end + 10, 2)? {
        if number(archive, entry, 4)? != usize::try_from(ENTRY)? {
            bail!("its directory is damaged");
        }
        let name_length = number(archive, entry + 28, 2)?;
        if part(archive, entry + 46, name_length)? == name.as_bytes() {
            return unpack(archive, entry);
        }
        let rest = number(archive, entry + 30, 2)? + number(archive, entry + 32, 2)?;
        entry += 46 + name_length + rest;
    }
    bail!("it has no member {name}")
}

fn unpack(archive: &[u8], entry: usize) -> Result<Vec<u8>> {
    let method = number(archive, entry + 10, 2)?;
    let length = number(archive, entry + 20, 4)?;
    let member = number(archive, entry + 42, 4)?;
    let names = number(archive, member + 26, 2)? + number(archive, member + 28, 2)?;
    let packed = part(archive, member + 30 + names, length)?;
    match method {
        0 => Ok(packed.to_vec()),
        8 => match decompress_to_vec_with_limit(packed, MOST) {
            Ok(content) => Ok(content),
            Err(error) => bail!("a member cannot be unpacked: {error}"),
        },
        other => bail!("a member is packed with the method {other}"),
    }
}

fn part(archive: &[u8], at: usize, length: usize) -> Result<&[u8]> {
    at.checked_add(length)
        .and_then(|end| archive.get(at..end))
        .context("it ends too early")
}

/// Reads a little-endian number.
fn number(archive: &[u8], at: usize, length: usize) -> Result<usize> {
    let digits = part(archive, at, length)?.iter().rev();
    Ok(digits.fold(0, |value, &digit| value << 8 | usize::from(digit)))
}

/// Writes an archive in memory.
#[derive(Debug, Default)]
pub struct Writer {
    members: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Writer {
    /// Adds a file with its permissions, which is where a program is told from a text.
    pub fn add(&mut self, name: &str, content: &[u8], mode: u16) {
        let packed = compress_to_vec(content, LEVEL);
        let at = length(&self.members);
        // Version 2.0 for deflate, no flags; what both records share.
        let mut shared = Vec::new();
        for field in [20, 0, DEFLATED, 0, DATE] {
            shared.extend(u16::to_le_bytes(field));
        }
        for field in [crc32(content), length(&packed), length(content)] {
            shared.extend(field.to_le_bytes());
        }
        let name_length = u16::try_from(name.len()).unwrap_or(u16::MAX);
        shared.extend(name_length.to_le_bytes());
        // No extra field.
        shared.extend([0; 2]);

        self.members.extend(MEMBER.to_le_bytes());
        self.members.extend(&shared);
        self.members.extend(name.as_bytes());
        self.members.extend(packed);

        self.directory.extend(ENTRY.to_le_bytes());
        // Made by version 2.0 on Unix, so that permissions count.
        self.directory.extend([20, 3]);
        self.directory.extend(shared);
        // No comment, first disk, no internal attributes.
        self.directory.extend([0; 6]);
        let regular_file = 0o100_000 | u32::from(mode);
        self.directory.extend((regular_file << 16).to_le_bytes());
        self.directory.extend(at.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    /// Returns the archive.
    pub fn finish(self) -> Vec<u8> {
        let mut archive = self.members;
        let at = length(&archive);
        let directory = length(&self.directory);
        archive.extend(self.directory);
        archive.extend(END.to_le_bytes());
        archive.extend([0; 4]);
        archive.extend(self.count.to_le_bytes());
        archive.extend(self.count.to_le_bytes());
        archive.extend(directory.to_le_bytes());
        archive.extend(at.to_le_bytes());
        archive.extend([0; 2]);
        archive
    }
}

/// A length as the format has it; releases are far below its 4 GiB.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn crc32(content: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let step = |crc: u32| {
        if crc & 1 == 1 {
            crc >> 1 ^ POLYNOMIAL
        } else {
            crc >> 1
        }
    };
    !content.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut archive = Writer::default();
        archive.add("one", b"the first of two", 0o644);
        archive.add("two", &vec![7; 100_000], 0o755);
        archive.finish()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let archive = archive();
        assert_eq!(read(&archive, "one").unwrap(), b"the first of two");
        assert_eq!(read(&archive, "two").unwrap(), vec![7; 100_000]);
        assert!(archive.len() < 1000, "nothing was packed");
        assert!(read(&archive, "three").is_err());
    }

    #[test]
    fn the_same_contents_are_the_same_bytes() {
        assert_eq!(archive(), archive());
    }

    #[test]
    fn a_damaged_archive_is_an_error_and_no_panic() {
        let archive = archive();
        // The last field is the length of a comment, which nobody reads.
        for length in 0..archive.len() - 2 {
            assert!(read(&archive[..length], "two").is_err(), "{length}");
        }
        for index in 0..archive.len() {
            let mut archive = archive.clone();
            archive[index] ^= 0xff;
            drop(read(&archive, "two"));
        }
    }

    #[test]
    fn checksums_are_those_of_the_format() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
