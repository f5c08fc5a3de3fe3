//! The msgpack format, byte by byte, as far as core uses it (TPP §6.2). Written apart from the
//! library's decoder, so that a misreading of the format cannot hide in both.

/// One msgpack item.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Nil,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    Bin(Vec<u8>),
    Array(Vec<Item>),
    Map(Vec<(Item, Item)>),
    Ext(i8, Vec<u8>),
}

impl Item {
    /// Writes the item in its smallest form.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Nil => out.push(0xc0),
            Self::Bool(value) => out.push(0xc2 + u8::from(*value)),
            Self::Int(value) => write_int(*value, out),
            Self::Float(value) => {
                out.push(0xcb);
                out.extend(value.to_be_bytes());
            }
            Self::Str(text) => {
                write_length(
                    text.len(),
                    Some((0xa0, 32)),
                    [Some(0xd9), Some(0xda), Some(0xdb)],
                    out,
                );
                out.extend(text.as_bytes());
            }
            Self::Bin(bytes) => {
                write_length(bytes.len(), None, [Some(0xc4), Some(0xc5), Some(0xc6)], out);
                out.extend(bytes);
            }
            Self::Array(items) => {
                write_length(
                    items.len(),
                    Some((0x90, 16)),
                    [None, Some(0xdc), Some(0xdd)],
                    out,
                );
                for item in items {
                    item.write(out);
                }
            }
            Self::Map(entries) => {
                write_length(
                    entries.len(),
                    Some((0x80, 16)),
                    [None, Some(0xde), Some(0xdf)],
                    out,
                );
                for (key, value) in entries {
                    key.write(out);
                    value.write(out);
                }
            }
            Self::Ext(kind, payload) => {
                if payload.len() == 1 {
                    out.push(0xd4);
                } else {
                    out.push(0xc7);
                    out.push(u8::try_from(payload.len()).unwrap());
                }
                out.extend(kind.to_be_bytes());
                out.extend(payload);
            }
        }
    }

    /// Reads one item that takes up all the bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader(bytes);
        let item = reader.item()?;
        match reader.0 {
            [] => Ok(item),
            rest => Err(format!("{} bytes after the value", rest.len())),
        }
    }
}

fn write_int(value: i128, out: &mut Vec<u8>) {
    let wide = i64::try_from(value).unwrap();
    match wide {
        0..=0x7f => out.push(u8::try_from(wide).unwrap()),
        -32..=-1 => out.extend(i8::try_from(wide).unwrap().to_be_bytes()),
        _ => {
            if let Ok(short) = i8::try_from(wide) {
                out.push(0xd0);
                out.extend(short.to_be_bytes());
            } else if let Ok(short) = i16::try_from(wide) {
                out.push(0xd1);
                out.extend(short.to_be_bytes());
            } else if let Ok(short) = i32::try_from(wide) {
                out.push(0xd2);
                out.extend(short.to_be_bytes());
            } else {
                out.push(0xd3);
                out.extend(wide.to_be_bytes());
            }
        }
    }
}

/// Writes a length: in the tag itself if it is small, else after the tag of its width.
fn write_length(
    length: usize,
    small: Option<(u8, usize)>,
    tags: [Option<u8>; 3],
    out: &mut Vec<u8>,
) {
    let [one, two, four] = tags;
    match (small, one, two) {
        (Some((tag, limit)), _, _) if length < limit => {
            out.push(tag + u8::try_from(length).unwrap());
        }
        (_, Some(tag), _) if length < 1 << 8 => {
            out.extend([tag, u8::try_from(length).unwrap()]);
        }
        (_, _, Some(tag)) if length < 1 << 16 => {
            out.push(tag);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        _ => {
            out.push(four.unwrap());
            out.extend(u32::try_from(length).unwrap().to_be_bytes());
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, tail) = self
            .0
            .split_first_chunk()
            .ok_or("the value ends too early")?;
        self.0 = tail;
        Ok(*head)
    }

    fn bytes(&mut self, length: usize) -> Result<Vec<u8>, String> {
        if self.0.len() < length {
            return Err("the value ends too early".to_owned());
        }
        let (head, tail) = self.0.split_at(length);
        self.0 = tail;
        Ok(head.to_vec())
    }

    fn length(&mut self, width: u8) -> Result<usize, String> {
        Ok(match width {
            1 => u8::from_be_bytes(self.take()?).into(),
            2 => u16::from_be_bytes(self.take()?).into(),
            _ => u32::from_be_bytes(self.take()?) as usize,
        })
    }

    fn item(&mut self) -> Result<Item, String> {
        let [tag] = self.take()?;
        Ok(match tag {
            0x00..=0x7f => Item::Int(tag.into()),
            0xe0..=0xff => Item::Int(i8::from_be_bytes([tag]).into()),
            0x80..=0x8f => self.map(usize::from(tag - 0x80))?,
            0x90..=0x9f => self.array(usize::from(tag - 0x90))?,
            0xa0..=0xbf => self.text(usize::from(tag - 0xa0))?,
            0xc0 => Item::Nil,
            0xc1 => return Err("the reserved tag c1".to_owned()),
            0xc2 | 0xc3 => Item::Bool(tag == 0xc3),
            0xc4..=0xc6 => {
                let length = self.length(1 << (tag - 0xc4))?;
                Item::Bin(self.bytes(length)?)
            }
            0xc7..=0xc9 => {
                let length = self.length(1 << (tag - 0xc7))?;
                self.ext(length)?
            }
            0xca => Item::Float(f32::from_be_bytes(self.take()?).into()),
            0xcb => Item::Float(f64::from_be_bytes(self.take()?)),
            0xcc => Item::Int(u8::from_be_bytes(self.take()?).into()),
            0xcd => Item::Int(u16::from_be_bytes(self.take()?).into()),
            0xce => Item::Int(u32::from_be_bytes(self.take()?).into()),
            0xcf => Item::Int(u64::from_be_bytes(self.take()?).into()),
            0xd0 => Item::Int(i8::from_be_bytes(self.take()?).into()),
            0xd1 => Item::Int(i16::from_be_bytes(self.take()?).into()),
            0xd2 => Item::Int(i32::from_be_bytes(self.take()?).into()),
            0xd3 => Item::Int(i64::from_be_bytes(self.take()?).into()),
            0xd4..=0xd8 => self.ext(1 << (tag - 0xd4))?,
            0xd9..=0xdb => {
                let length = self.length(1 << (tag - 0xd9))?;
                self.text(length)?
            }
            0xdc | 0xdd => {
                let length = self.length(2 << (tag - 0xdc))?;
                self.array(length)?
            }
            0xde | 0xdf => {
                let length = self.length(2 << (tag - 0xde))?;
                self.map(length)?
            }
        })
    }

    fn text(&mut self, length: usize) -> Result<Item, String> {
        let text = String::from_utf8(self.bytes(length)?);
        text.map(Item::Str).map_err(|error| error.to_string())
    }

    fn ext(&mut self, length: usize) -> Result<Item, String> {
        let kind = i8::from_be_bytes(self.take()?);
        Ok(Item::Ext(kind, self.bytes(length)?))
    }

    fn array(&mut self, length: usize) -> Result<Item, String> {
        (0..length)
            .map(|_| self.item())
            .collect::<Result<_, _>>()
            .map(Item::Array)
    }

    fn map(&mut self, length: usize) -> Result<Item, String> {
        (0..length)
            .map(|_| Ok((self.item()?, self.item()?)))
            .collect::<Result<_, String>>()
            .map(Item::Map)
    }
}

#[test]
fn what_is_written_is_read_back() {
    let long = "x".repeat(70_000);
    let items = Item::Array(vec![
        Item::Nil,
        Item::Bool(true),
        Item::Float(2.5),
        Item::Str(String::new()),
        Item::Str("y".repeat(200)),
        Item::Str("z".repeat(300)),
        Item::Str(long.clone()),
        Item::Bin(vec![1, 2]),
        Item::Bin(long.into_bytes()),
        Item::Ext(0, vec![0]),
        Item::Ext(12, vec![0x81, 1, 0xc2]),
        Item::Map((0..20).map(|key| (Item::Int(key), Item::Nil)).collect()),
        Item::Array((-40_000..40_000).map(Item::Int).collect()),
        Item::Int(i64::MIN.into()),
        Item::Int(i64::MAX.into()),
    ]);
    let mut bytes = Vec::new();
    items.write(&mut bytes);
    assert_eq!(Item::read(&bytes).unwrap(), items);
    assert!(Item::read(&bytes[..bytes.len() - 1]).is_err());
    bytes.push(0);
    assert!(Item::read(&bytes).is_err());
}
