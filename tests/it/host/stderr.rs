//! The plugin's stderr by the host's rules (TPP §9.1).

use serde_json::{Map, Value};

/// Longest line a host reads in one piece, in bytes.
const LINE_LIMIT: usize = 64 * 1024;

/// One log record.
#[derive(Debug, Clone)]
pub struct Record {
    pub level: String,
    pub message: String,
    /// All other members.
    pub fields: Map<String, Value>,
}

/// Reads every line as a record.
///
/// Panics, naming the line, at anything that would crash the host, be shown to its user as a crash, or
/// end up as an unstructured line in its log.
#[track_caller]
pub fn records(stderr: &str) -> Vec<Record> {
    stderr
        .split_inclusive('\n')
        .map(|line| record(line).unwrap_or_else(|fault| panic!("stderr: {fault}:\n{line}")))
        .collect()
}

fn record(line: &str) -> Result<Record, &'static str> {
    if line.len() > LINE_LIMIT {
        return Err("a line that the host would split");
    }
    if line.starts_with("panic: ") || line.starts_with("fatal error: ") {
        return Err("a line that the host takes for a crash");
    }
    let body = line.strip_suffix('\n').ok_or("a line without an end")?;
    let mut fields: Map<String, Value> =
        serde_json::from_str(body).map_err(|_| "a line that is no JSON object")?;
    let mut text = |name| match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err("a reserved member that is no text: Terraform itself crashes"),
        None => Err("a record without a reserved member"),
    };
    let (level, message, timestamp) = (text("@level")?, text("@message")?, text("@timestamp")?);
    text("@module")?;
    if !["trace", "debug", "info", "warn", "error"].contains(&level.as_str()) {
        return Err("a level that the host does not know");
    }
    if !is_timestamp(&timestamp) {
        return Err("a timestamp that the host cannot parse");
    }
    Ok(Record {
        level,
        message,
        fields,
    })
}

/// RFC 3339 in UTC with exactly six digits after the point.
fn is_timestamp(text: &str) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd.ddddddZ";
    text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

#[test]
fn the_hosts_rules_find_what_would_harm_it() {
    let good = r#"{"@level":"info","@message":"m","@module":"p","@timestamp":"2026-01-02T03:04:05.000006Z","n":1}"#;
    assert_eq!(records(&format!("{good}\n"))[0].fields["n"], 1);
    for bad in [
        good.to_owned(),
        "plain text\n".to_owned(),
        "panic: at the disco\n".to_owned(),
        format!("{}\n", good.replace("\"m\"", "7")),
        format!("{}\n", good.replace(".000006", ".006")),
        format!("{}\n", good.replace("info", "notice")),
        format!(
            "{}\n",
            good.replace("\"m\"", &format!("{:?}", "x".repeat(70_000)))
        ),
    ] {
        assert!(record(&bad).is_err(), "{bad}");
    }
}
