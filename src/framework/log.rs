//! Logging as a plugin host expects it: one JSON object a line on stderr (TPP §9).
//!
//! A record whose `@message`, `@level` or `@timestamp` is not a string crashes Terraform itself, so
//! every line goes through `record`, which builds the object; nothing else in the process may write
//! JSON to stderr. Fields of the enclosing spans are joined into each event, at every level of logging:
//! a call's handler opens one `tracing::info_span!` with the conventional fields of TPP §9.3 (`tf_rpc`,
//! `tf_req_id`, `tf_resource_type`).
//!
//! Only this crate's own targets pass. Crates below us log request and response headers at debug
//! level, and a header is where the API key is.

mod record;

use std::io::{self, Write};

use time::OffsetDateTime;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use self::record::{Fields, Record};
use crate::framework::environment::Environment;

/// The crate whose events are written; tracing targets start with it.
const CRATE: &str = env!("CARGO_CRATE_NAME");

/// Installs the log for the process, if the user asked for one.
///
/// Does nothing when logging is off or a log is already installed.
pub(crate) fn install(environment: &dyn Environment) {
    let level = level(environment);
    if level == LevelFilter::OFF {
        return;
    }
    let layer = HostLayer {
        level,
        write: write_line,
    };
    // Losing the race against another installer is fine: that one is a log too.
    drop(tracing::subscriber::set_global_default(
        Registry::default().with(layer),
    ));
}

/// Writes one error record whether or not logging is on: for panics, which may come at any moment.
pub(crate) fn write_error(message: &str, fields: &[(&'static str, String)]) {
    let mut joined = Fields::default();
    for (name, value) in fields {
        joined.set(name, value.as_str().into());
    }
    let record = Record {
        level: Level::ERROR,
        target: CRATE,
        fields: joined,
        message: message.to_owned(),
    };
    write_line(&record.line(OffsetDateTime::now_utc()));
}

/// Decides how much is logged, by the rules of the host (TPP §9.2).
///
/// `TF_LOG_PROVIDER` wins over `TF_LOG`; `JSON` and unknown words mean everything.
fn level(environment: &dyn Environment) -> LevelFilter {
    let word = environment
        .non_empty("TF_LOG_PROVIDER")
        .or_else(|| environment.non_empty("TF_LOG"));
    match word.map(|word| word.to_ascii_uppercase()).as_deref() {
        None | Some("OFF") => LevelFilter::OFF,
        Some("ERROR") => LevelFilter::ERROR,
        Some("WARN") => LevelFilter::WARN,
        Some("INFO") => LevelFilter::INFO,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

/// Writes one finished line with a single call under the lock that all of stderr shares.
fn write_line(line: &[u8]) {
    // The host closes the pipe when it dies; there is no one left to tell.
    drop(io::stderr().lock().write_all(line));
}

/// Turns our events into lines for the host.
struct HostLayer<W> {
    level: LevelFilter,
    write: W,
}

impl<W> HostLayer<W> {
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata
            .target()
            .strip_prefix(CRATE)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        let level = if metadata.is_span() {
            self.span_level()
        } else {
            self.level
        };
        ours && *metadata.level() <= level
    }

    /// An error needs the fields of its call even where informational events are not written.
    fn span_level(&self) -> LevelFilter {
        self.level.max(LevelFilter::INFO)
    }
}

impl<S, W> Layer<S> for HostLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.span_level())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            // From the innermost span outward: what is set already is nearer to the event.
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.add_missing(outer);
            }
        }
        event.record(&mut fields);
        let record = Record {
            level: *event.metadata().level(),
            target: event.metadata().target(),
            message: fields.take_message(),
            fields,
        };
        (self.write)(&record.line(OffsetDateTime::now_utc()));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    fn level_for(variables: &[(&str, &str)]) -> LevelFilter {
        let environment: BTreeMap<String, String> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        level(&environment)
    }

    /// Runs `scene` under the layer and returns the lines it wrote, parsed.
    fn lines(level: LevelFilter, scene: impl FnOnce()) -> Vec<Value> {
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&written);
        let layer = HostLayer {
            level,
            write: move |line: &[u8]| sink.lock().unwrap().extend_from_slice(line),
        };
        tracing::subscriber::with_default(Registry::default().with(layer), scene);
        let bytes = written.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn the_provider_variable_wins_and_unknown_words_mean_everything() {
        assert_eq!(level_for(&[]), LevelFilter::OFF);
        assert_eq!(level_for(&[("TF_LOG", "")]), LevelFilter::OFF);
        assert_eq!(level_for(&[("TF_LOG", "off")]), LevelFilter::OFF);
        assert_eq!(level_for(&[("TF_LOG", "info")]), LevelFilter::INFO);
        assert_eq!(level_for(&[("TF_LOG", "Warn")]), LevelFilter::WARN);
        assert_eq!(level_for(&[("TF_LOG", "ERROR")]), LevelFilter::ERROR);
        assert_eq!(level_for(&[("TF_LOG", "DEBUG")]), LevelFilter::DEBUG);
        assert_eq!(level_for(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(level_for(&[("TF_LOG", "loud")]), LevelFilter::TRACE);
        let both = [("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "ERROR")];
        assert_eq!(level_for(&both), LevelFilter::ERROR);
        let empty = [("TF_LOG", "INFO"), ("TF_LOG_PROVIDER", "")];
        assert_eq!(level_for(&empty), LevelFilter::INFO);
        assert_eq!(level_for(&[("TF_LOG_CORE", "TRACE")]), LevelFilter::OFF);
    }

    #[test]
    fn an_event_carries_the_fields_of_every_enclosing_span() {
        let lines = lines(LevelFilter::TRACE, || {
            let call = tracing::error_span!("call", tf_rpc = "ReadResource", who = "call");
            let _call = call.enter();
            let request = tracing::error_span!("request", who = "request", status = 0_u64);
            let _request = request.enter();
            request.record("status", 200_u64);
            tracing::info!(who = "event", ok = true, "answered");
        });
        let [line] = lines.as_slice() else {
            panic!("one line, not {lines:?}")
        };
        assert_eq!(line["@message"], "answered");
        assert_eq!(line["@level"], "info");
        assert_eq!(line["tf_rpc"], "ReadResource");
        assert_eq!(line["who"], "event");
        assert_eq!(line["status"], 200);
        assert_eq!(line["ok"], true);
    }

    #[test]
    fn an_error_carries_its_call_even_if_nothing_else_is_written() {
        let lines = lines(LevelFilter::ERROR, || {
            let call = tracing::info_span!("call", tf_rpc = "ReadResource");
            let _call = call.enter();
            tracing::info!("not written");
            tracing::error!("written");
        });
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["tf_rpc"], "ReadResource");
    }

    #[test]
    fn other_crates_and_lower_levels_are_not_written() {
        let lines = lines(LevelFilter::INFO, || {
            tracing::debug!("too detailed");
            tracing::error!(target: "h2::codec", "authorization: Bearer");
            tracing::error!(target: "terraform_provider_docspace_other", "a longer name");
            tracing::warn!("ours");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["@message"]).collect();
        assert_eq!(messages, ["ours"]);
    }
}
