use crate::host::{Exit, Launch};

async fn run(args: &[&str]) -> Exit {
    let launch = args
        .iter()
        .fold(Launch::by_hand(), |launch, arg| launch.arg(arg));
    launch.spawn().exit().await
}

#[tokio::test]
async fn without_a_host_the_program_says_what_it_is_for() {
    let exit = run(&[]).await;
    assert_eq!((exit.code, exit.stdout.as_str()), (Some(1), ""));
    assert!(exit.stderr.contains("terraform init"), "{}", exit.stderr);
    assert!(exit.stderr.contains("source = \"onlyoffice/docspace\""));
}

#[tokio::test]
async fn a_wrong_cookie_is_no_invitation() {
    let exit = Launch::as_host()
        .env("TF_PLUGIN_MAGIC_COOKIE", "another program's")
        .spawn()
        .exit()
        .await;
    assert_eq!((exit.code, exit.stdout.as_str()), (Some(1), ""));
    assert!(exit.stderr.contains("terraform init"), "{}", exit.stderr);
}

#[tokio::test]
async fn version_and_help_are_answered_on_stdout() {
    let version = run(&["--version"]).await;
    assert_eq!((version.code, version.stderr.as_str()), (Some(0), ""));
    let expected = format!(
        "terraform-provider-docspace {} (plugin protocol 6.11)\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(version.stdout, expected);

    let help = run(&["--help"]).await;
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    assert!(help.stdout.starts_with("Usage: "), "{}", help.stdout);
    assert!(help.stdout.contains("TF_REATTACH_PROVIDERS"));
}

#[tokio::test]
async fn an_unknown_argument_gets_the_usage_and_status_2() {
    for argument in ["--verbose", "serve"] {
        let exit = run(&[argument]).await;
        assert_eq!((exit.code, exit.stdout.as_str()), (Some(2), ""));
        assert!(exit.stderr.contains(argument), "{}", exit.stderr);
        assert!(exit.stderr.contains("Usage: "), "{}", exit.stderr);
    }
}
