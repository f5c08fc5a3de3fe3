//! The contents of a zip file, which is what a saved plan is.

use miniz_oxide::inflate::decompress_to_vec;

/// Returns the unpacked files of a zip file by name, as its central directory lists them.
pub fn unpack(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = zip
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .unwrap();
    let count = number(zip, end + 10, 2);
    let mut header = number(zip, end + 16, 4);
    let mut files = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[header..header + 4], b"PK\x01\x02");
        let name_length = number(zip, header + 28, 2);
        let name = &zip[header + 46..header + 46 + name_length];
        let local = number(zip, header + 42, 4);
        let start = local + 30 + number(zip, local + 26, 2) + number(zip, local + 28, 2);
        let packed = &zip[start..start + number(zip, header + 20, 4)];
        let content = match number(zip, header + 10, 2) {
            0 => packed.to_vec(),
            8 => decompress_to_vec(packed).unwrap(),
            method => panic!("compression method {method}"),
        };
        files.push((String::from_utf8(name.to_vec()).unwrap(), content));
        header += 46 + name_length + number(zip, header + 30, 2) + number(zip, header + 32, 2);
    }
    files
}

/// Reads a little-endian number.
fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    let digits = bytes[at..at + length].iter().rev();
    digits.fold(0, |value, byte| value << 8 | usize::from(*byte))
}
