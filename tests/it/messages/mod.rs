//! Everything that the provider can say, on one page: `design/messages.md`.
//!
//! Each scene brings a message about as a practitioner would, and the page shows what was said.
//! `cargo xtask messages` writes it anew. What is checked of it:
//!
//! - it is what the provider says today;
//! - every sentence of the sources is on it, so a new message needs a scene (`sources`);
//! - every message tells what to do next, in the voice of all others (`voice`).
//!
//! | module | scenes |
//! | --- | --- |
//! | `provider_block`, `configuration` | what is wrong with a configuration by itself |
//! | `planning`, `creating`, `lost_creates`, `completing`, `changing`, `reading` | the life of a webhook |
//! | `strangers` | numbers that stand for another webhook than the one in the state |
//! | `taking_over` | import, `moved`, states and identities from another time |
//! | `connection` | why there is no secure connection |
//! | `proxies` | what a proxy does wrong, and what stands before a portal |
//! | `portal` | what a portal answers, whatever it was asked |
//! | `beside`, `redeliver` | data sources, functions, the action, and what else there is |
//! | `defects` | what a broken client or a bug leads to |
//!
//! Other nouns than webhooks keep their scenes in their own folders.

mod beside;
mod changing;
mod completing;
mod configuration;
mod connection;
mod creating;
mod defects;
mod lost_creates;
mod page;
mod planning;
mod portal;
mod provider_block;
mod proxies;
mod reading;
mod redeliver;
mod sources;
mod strangers;
mod taking_over;
mod voice;

use serde_json::Value;
use tokio::sync::OnceCell;

pub use self::page::Section;
use crate::commands::{Configuration, Planned, Report, Workspace, one};
use crate::host::diagnostics::Diagnostic;
use crate::webhook::{webhook, with};

/// The resource.
const WEBHOOK: &str = "docspace_webhook";

/// The data source that needs no argument.
const TRIGGERS: &str = "docspace_webhook_triggers";

static SECTIONS: OnceCell<Vec<Section>> = OnceCell::const_new();

/// Plays all scenes, once per test program.
async fn sections() -> &'static [Section] {
    let play = async {
        // At the same time: some wait for seconds of real time.
        let playing = [
            tokio::spawn(provider_block::section()),
            tokio::spawn(configuration::section()),
            tokio::spawn(planning::section()),
            tokio::spawn(creating::section()),
            tokio::spawn(lost_creates::section()),
            tokio::spawn(completing::section()),
            tokio::spawn(changing::section()),
            tokio::spawn(reading::section()),
            tokio::spawn(strangers::section()),
            tokio::spawn(taking_over::section()),
            tokio::spawn(connection::section()),
            tokio::spawn(proxies::section()),
            tokio::spawn(portal::section()),
            tokio::spawn(portal::section_on_writes()),
            tokio::spawn(beside::data_sources()),
            tokio::spawn(beside::others()),
            tokio::spawn(redeliver::section()),
            tokio::spawn(crate::developer_tools::messages::section()),
            tokio::spawn(crate::embedding::messages::section()),
            tokio::spawn(crate::api_key::messages::section()),
            tokio::spawn(crate::lookups::messages::section()),
            tokio::spawn(defects::section()),
        ];
        let mut sections = Vec::new();
        for section in playing {
            match section.await {
                Ok(section) => sections.push(section),
                Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
            }
        }
        sections
    };
    SECTIONS.get_or_init(|| Box::pin(play)).await
}

#[tokio::test]
async fn the_page_shows_what_is_said() {
    page::compare(sections().await);
}

#[tokio::test]
async fn every_message_says_what_to_do_next() {
    let mut faults = Vec::new();
    for diagnostic in sections().await.iter().flat_map(Section::diagnostics) {
        for fault in voice::faults(diagnostic) {
            faults.push(format!("{fault}: {diagnostic:?}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The configuration of one webhook, changed so.
fn changed(changes: Value) -> Configuration {
    one(&with(&webhook(), changes))
}

/// What a report says.
pub fn said(report: Report) -> Vec<Diagnostic> {
    report
        .said
        .into_iter()
        .map(|said| said.diagnostic)
        .collect()
}

/// What a plan says.
pub async fn plan(directory: &mut Workspace, configuration: &Configuration) -> Vec<Diagnostic> {
    said(directory.plan(configuration).await.report)
}

/// What carrying a plan out says.
pub async fn carry_out(directory: &mut Workspace, planned: Planned) -> Vec<Diagnostic> {
    said(directory.carry_out(planned).await)
}
