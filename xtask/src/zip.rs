//! Zip archives, as far as releases need them: reading one member, and writing archives that are
//! the same bytes for the same contents.

use std::io::{Cursor, Read as _, Write as _};

use anyhow::{Context as _, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The most that a member may have when it is unpacked.
const MOST: u64 = 1_000_000_000;
/// The level beyond which compression gains nothing.
const LEVEL: i64 = 9;

/// Returns the unpacked content of a member.
pub fn read(archive: &[u8], name: &str) -> Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).context("it is no zip archive")?;
    let member = archive.by_name(name);
    let member = member.with_context(|| format!("it has no member {name}"))?;
    let mut content = Vec::new();
    let read = member.take(MOST + 1).read_to_end(&mut content);
    let length = read.with_context(|| format!("{name} cannot be unpacked"))?;
    ensure!(length as u64 <= MOST, "{name} is larger than any program");
    Ok(content)
}

/// Writes an archive in memory.
#[derive(Debug)]
pub struct Writer(ZipWriter<Cursor<Vec<u8>>>);

impl Default for Writer {
    fn default() -> Self {
        Self(ZipWriter::new(Cursor::default()))
    }
}

impl Writer {
    /// Adds a file with its permissions, which is where a program is told from a text.
    pub fn add(&mut self, name: &str, content: &[u8], mode: u32) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            // 1980-01-01, the earliest date there is: an archive does not tell when it was made.
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(mode);
        self.0.start_file(name, options)?;
        self.0.write_all(content)?;
        Ok(())
    }

    /// Returns the archive.
    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(self.0.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> Vec<u8> {
        let mut archive = Writer::default();
        archive.add("one", b"the first of two", 0o644).unwrap();
        archive.add("two", &vec![7; 100_000], 0o755).unwrap();
        archive.finish().unwrap()
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
}
