//! The contents of a zip file, which is what a saved plan is.

use miniz_oxide::inflate::decompress_to_vec;

/// Unpacks a zip file, as its central directory lists it: names and contents.
pub fn unpack(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = zip.windows(4).rposition(|mark| mark == b"PK\x05\x06");
    let end = end.unwrap();
    let mut entry = number(zip, end + 16, 4);
    let count = number(zip, end + 10, 2);
    let files = (0..count).map(|_| {
        let [name, extra, comment] = [28, 30, 32].map(|field| number(zip, entry + field, 2));
        let text = String::from_utf8(zip[entry + 46..entry + 46 + name].to_vec()).unwrap();
        let content = content(zip, entry);
        entry += 46 + name + extra + comment;
        (text, content)
    });
    files.collect()
}

fn content(zip: &[u8], entry: usize) -> Vec<u8> {
    let local = number(zip, entry + 42, 4);
    let start = local + 30 + number(zip, local + 26, 2) + number(zip, local + 28, 2);
    let packed = &zip[start..start + number(zip, entry + 20, 4)];
    match number(zip, entry + 10, 2) {
        0 => packed.to_vec(),
        8 => decompress_to_vec(packed).unwrap(),
        method => panic!("an unknown compression method, {method}"),
    }
}

/// Reads a number, lowest byte first.
fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    let bytes = bytes[at..at + length].iter().rev();
    bytes.fold(0, |number, byte| number << 8 | usize::from(*byte))
}
