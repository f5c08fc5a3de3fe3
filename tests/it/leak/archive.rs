//! The contents of a zip file, which is what a saved plan is.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

/// Unpacks a zip file, as its central directory lists it: names and contents.
pub fn unpack(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    let members = (0..archive.len()).map(|index| {
        let mut member = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        (member.name().to_owned(), content)
    });
    members.collect()
}
