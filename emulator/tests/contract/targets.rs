use std::future::Future;
use std::sync::{Arc, Once};

use docspace_emulator::{
    Config, Emulator, HostRule, NewWebhook, ProbeOutcome, Profile, Resolution,
};
use docspace_emulator::{Database, Settings};
use tokio::sync::OnceCell;

use crate::portal::Portal;
use crate::survey::{self, Need, Survey};

/// The receiver of a portal that can reach the internet.
pub(crate) const RECEIVER: &str = "https://example.com/";

/// A receiver whose webhooks must not demand https.
const HTTP_RECEIVER: &str = "http://example.com/";

/// Every version; the tutorial's portal is by design none.
const PROFILES: [Profile; 4] = [Profile::V3_0, Profile::V3_1, Profile::V3_6, Profile::V3_7];

/// What a real portal has; the first test that needs to know finds out.
static SURVEY: OnceCell<Survey> = OnceCell::const_new();

/// Runs a test and cleans up, whatever became of the test: on the portal of the environment, or on an emulator of
/// every version, with an https receiver and with an http one.
pub(crate) async fn on_portal<F, T>(test: T)
where
    T: Fn(Arc<Portal>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    if let Some(portal) = real().await {
        return run(portal, &test).await;
    }
    for profile in PROFILES {
        for receiver in [RECEIVER, HTTP_RECEIVER] {
            eprintln!("an emulator of {profile} with the receiver {receiver}");
            let emulator = emulator(|settings| settings.profile = profile).await;
            run(emulated(emulator, receiver).await, &test).await;
        }
    }
}

async fn run<F, T>(portal: Portal, test: T)
where
    T: FnOnce(Arc<Portal>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    if portal.has(Need::Since(3, 1)) {
        cleaning_up(portal, test).await;
    }
}

async fn cleaning_up<F, T>(portal: Portal, test: T)
where
    T: FnOnce(Arc<Portal>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let portal = Arc::new(portal);
    let outcome = tokio::spawn(test(Arc::clone(&portal))).await;
    portal.clean_up().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The portal of the environment.
async fn real() -> Option<Portal> {
    static ANNOUNCED: Once = Once::new();
    let base = variable("DOCSPACE_TEST_BASE_URL")?;
    let base = base.trim_end_matches('/');
    let key = variable("DOCSPACE_TEST_API_KEY")
        .expect("DOCSPACE_TEST_API_KEY beside DOCSPACE_TEST_BASE_URL");
    let receiver = variable("DOCSPACE_TEST_RECEIVER").unwrap_or_else(|| RECEIVER.to_owned());
    ANNOUNCED.call_once(|| survey::say(&survey::announcement(base, &receiver)));
    let survey = SURVEY.get_or_init(|| async {
        let may_guess = variable("DOCSPACE_TEST_INFERRED").is_some();
        let survey = surveyed(base, &key, &receiver, may_guess).await;
        survey::say(&survey.skipped());
        survey
    });
    let survey = survey.await.clone();
    Some(Portal::new(base, &key, &receiver, survey, None))
}

/// Surveys a portal and removes what that took.
async fn surveyed(base: &str, key: &str, receiver: &str, may_guess: bool) -> Survey {
    let nothing = Survey {
        version: (0, 0),
        has_blacklist: false,
        is_mysql: false,
        may_guess: false,
    };
    let portal = Portal::new(base, key, receiver, nothing, None);
    let survey = survey::survey(&portal, may_guess).await;
    portal.clean_up().await;
    survey
}

/// An emulator and what it must have: everything that its version has.
async fn emulated(emulator: Emulator, receiver: &str) -> Portal {
    let (base, key) = (emulator.base_url(), emulator.api_key().to_owned());
    let complete = Survey {
        version: (0, 0),
        has_blacklist: true,
        is_mysql: true,
        may_guess: true,
    };
    let mut portal = Portal::new(&base, &key, receiver, complete, Some(emulator));
    portal.survey.version = survey::version(&portal).await;
    portal
}

/// An emulator that stands on a make-believe internet: nothing leaves the machine.
async fn emulator(change: impl FnOnce(&mut Settings)) -> Emulator {
    let mut config = Config::default();
    let hosts = [
        ("*", Resolution::Public, ProbeOutcome::Status(200)),
        (
            "nowhere.invalid",
            Resolution::Unresolvable,
            ProbeOutcome::Refused,
        ),
        (
            "localhost",
            Resolution::Addresses(vec!["127.0.0.1".parse().unwrap()]),
            ProbeOutcome::Refused,
        ),
    ];
    for (host, resolve, probe) in hosts {
        let rule = HostRule {
            resolve: Some(resolve),
            probe: Some(probe),
        };
        config.settings.hosts.insert(host.to_owned(), rule);
    }
    change(&mut config.settings);
    Emulator::start(config).await.expect("an emulator")
}

#[tokio::test]
async fn a_failing_test_leaves_no_webhook_behind() {
    let emulator = emulator(|_| {}).await;
    let mine = emulator.create_webhook(NewWebhook::default());
    let (base, key) = (emulator.base_url(), emulator.api_key().to_owned());
    let survey = surveyed(&base, &key, RECEIVER, false).await;
    emulator.reset_log();
    let failing = tokio::spawn(async move {
        let portal = Portal::new(&base, &key, RECEIVER, survey, None);
        cleaning_up(portal, |portal| async move {
            portal.create(&portal.body("a")).await;
            portal.create_key().await;
            panic!("this test fails on purpose");
        })
        .await;
    });
    assert!(failing.await.unwrap_err().is_panic());
    let left: Vec<i32> = emulator.webhooks().iter().map(|hook| hook.id).collect();
    assert_eq!(left, [mine.id], "others' webhooks are left alone");
    let log = emulator.request_summary();
    for route in ["settings/webhook", "keys"] {
        assert_eq!(log.count(&format!("POST /api/2.0/{route}")), 1);
    }
    assert_eq!(log.count("DELETE /api/2.0/keys/{guid}"), 1);
}

#[tokio::test]
async fn what_a_portal_has_is_found_out_and_cleaned_up() {
    for (profile, version) in [
        (Profile::V3_0, (3, 0)),
        (Profile::V3_1, (3, 1)),
        (Profile::V3_6, (3, 6)),
        (Profile::V3_7, (3, 7)),
    ] {
        let emulator = emulator(|settings| settings.profile = profile).await;
        let survey = surveyed(&emulator.base_url(), emulator.api_key(), RECEIVER, false).await;
        assert_eq!(survey.version, version);
        let has_any = version >= (3, 1);
        assert_eq!(
            (survey.has_blacklist, survey.is_mysql),
            (has_any, has_any),
            "{profile}"
        );
        assert!(emulator.webhooks().is_empty());
    }
}

#[tokio::test]
async fn what_a_portal_lacks_is_listed() {
    let emulator = emulator(|settings| {
        settings.profile = Profile::V3_6;
        settings.blacklist.clear();
        settings.database = Database::PostgreSql;
    })
    .await;
    let survey = surveyed(&emulator.base_url(), emulator.api_key(), RECEIVER, false).await;
    let listed = survey.skipped();
    let lines: Vec<&str> = listed.lines().collect();
    let expected = [
        "needs 3.7, the portal is 3.6",
        "blacklist",
        "MySQL",
        "inferred",
    ];
    assert_eq!(lines.len(), expected.len(), "{listed}");
    for (line, part) in lines.iter().zip(expected) {
        assert!(
            line.starts_with("skipped: ") && line.contains(part),
            "{line}"
        );
    }
    let bare = Survey {
        version: (3, 0),
        ..survey
    };
    assert_eq!(
        bare.skipped(),
        "skipped: everything (needs 3.1, the portal is 3.0)\n"
    );
}
