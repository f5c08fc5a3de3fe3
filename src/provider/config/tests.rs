use std::collections::BTreeMap;

use super::*;

fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn key() -> Value {
    Value::Secret(crate::framework::value::SecretText::new("sk-0123"))
}

#[track_caller]
fn fails(config: &Object, variables: &[(&str, &str)], detail: &str) {
    let mut diagnostics = Diagnostics::new();
    assert!(read(config, &environment(variables), "1.11.4", &mut diagnostics).is_none());
    let details: Vec<&str> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.detail.as_str())
        .collect();
    assert!(
        details.iter().any(|found| found.contains(detail)),
        "{details:?}"
    );
}

#[track_caller]
fn reads(config: &Object, variables: &[(&str, &str)]) -> api::Config {
    let mut diagnostics = Diagnostics::new();
    match read(config, &environment(variables), "1.11.4", &mut diagnostics) {
        Some(Settings::Known(settings)) => *settings,
        other => panic!("{other:?} {diagnostics:?}"),
    }
}

#[test]
fn the_configuration_wins_over_the_environment() {
    let config = Object::new()
        .with(BASE_URL, "https://a.example.com")
        .with(API_KEY, key());
    let settings = reads(&config, &[(BASE_URL_VARIABLE, "https://b.example.com")]);
    assert_eq!(settings.base_url.to_string(), "https://a.example.com");
    assert_eq!(settings.max_concurrent_writes, 10);
    assert_eq!(settings.max_retries, 4);
    assert_eq!(settings.request_timeout, Duration::from_secs(60));
    assert!(settings.user_agent.ends_with(" Terraform/1.11.4"));
}

#[test]
fn whoever_runs_the_provider_adds_to_its_user_agent() {
    let own = [
        (BASE_URL_VARIABLE, "https://b.example.com"),
        (API_KEY_VARIABLE, "sk-1"),
    ];
    for (added, end) in [
        (" nightly/7 (ci) ", "Terraform/1.11.4 nightly/7 (ci)"),
        ("", "Terraform/1.11.4"),
        ("  ", "Terraform/1.11.4"),
    ] {
        let variables = [own[0], own[1], (USER_AGENT_VARIABLE, added)];
        let agent = reads(&Object::new(), &variables).user_agent;
        assert!(agent.ends_with(end), "{agent:?}");
    }
}

#[test]
fn the_environment_alone_is_enough() {
    let variables = [
        (BASE_URL_VARIABLE, "https://b.example.com/api/2.0/"),
        (API_KEY_VARIABLE, "sk-1"),
    ];
    assert_eq!(
        reads(&Object::new(), &variables).base_url.to_string(),
        "https://b.example.com"
    );
}

#[test]
fn what_is_missing_names_both_ways_to_set_it() {
    fails(
        &Object::new(),
        &[(API_KEY_VARIABLE, "sk-1")],
        "or the environment variable DOCSPACE_BASE_URL",
    );
    let config = Object::new().with(BASE_URL, "https://a.example.com");
    fails(
        &config,
        &[(API_KEY_VARIABLE, "")],
        "or the environment variable DOCSPACE_API_KEY",
    );
}

#[test]
fn a_bad_key_is_never_shown() {
    let config = Object::new().with(BASE_URL, "https://a.example.com");
    fails(
        &config,
        &[(API_KEY_VARIABLE, "sk-with blank")],
        "contains a blank",
    );
    let mut diagnostics = Diagnostics::new();
    let variables = environment(&[(API_KEY_VARIABLE, "sk-with blank")]);
    read(&config, &variables, "", &mut diagnostics);
    assert!(!format!("{diagnostics:?}").contains("sk-with"));
}

#[test]
fn plain_http_needs_permission_except_on_this_machine() {
    let variables = [(API_KEY_VARIABLE, "sk-1")];
    let config = Object::new().with(BASE_URL, "http://portal.example.com");
    fails(&config, &variables, "set allow_plain_http = true");
    reads(&config.with(ALLOW_PLAIN_HTTP, true), &variables);
    reads(
        &Object::new().with(BASE_URL, "http://127.0.0.1:8080"),
        &variables,
    );
}

#[test]
fn what_is_unknown_is_listed() {
    let config = Object::new()
        .with(BASE_URL, Value::unknown())
        .with(API_KEY, key());
    let mut diagnostics = Diagnostics::new();
    let settings = read(&config, &environment(&[]), "1.11.4", &mut diagnostics);
    assert!(matches!(settings, Some(Settings::Unknown(names)) if names == [BASE_URL]));
}

#[test]
fn durations_are_read_as_they_are_written() {
    assert_eq!(parse_duration("1m30s"), Some(Duration::from_secs(90)));
    assert_eq!(parse_duration("1500ms"), Some(Duration::from_millis(1500)));
    for text in [
        "",
        "60",
        "s",
        "1.5s",
        "-1s",
        "1 s",
        "1d",
        "99999999999999999999s",
    ] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
}

/// Variables set in the shell that runs the client are not set in the shell that runs the provider.
#[test]
fn what_is_missing_in_a_developers_shell_says_which_shell_counts() {
    struct Shell;
    impl Environment for Shell {
        fn var(&self, _name: &str) -> Option<String> {
            None
        }

        fn is_developers(&self) -> bool {
            true
        }
    }
    let mut diagnostics = Diagnostics::new();
    assert!(read(&Object::new(), &Shell, "1.11.4", &mut diagnostics).is_none());
    let details: Vec<&str> = diagnostics.iter().map(|it| it.detail.as_str()).collect();
    assert_eq!(details.len(), 2, "{details:?}");
    assert!(
        details
            .iter()
            .all(|it| it.contains("was started with --debug")),
        "{details:?}"
    );
}
