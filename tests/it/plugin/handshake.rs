use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::host::handshake::Handshake;
use crate::host::{Exit, Host, Launch, Process};

async fn handshake(launch: Launch) -> (Handshake, Process) {
    let mut process = launch.spawn();
    (process.handshake().await, process)
}

/// Starts what cannot start, and checks that stderr has one sentence, and stdout the same, where a host shows it.
async fn refusal(launch: Launch) -> String {
    let Exit {
        code,
        stdout,
        stderr,
    } = launch.spawn().exit().await;
    assert_eq!(code, Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("[ERROR] terraform-provider-docspace: "));
    assert_eq!(format!("[ERROR] {stdout}"), stderr);
    assert!(!stdout.contains('|'), "{stdout}");
    stderr
}

#[tokio::test]
async fn the_line_has_six_fields_unless_a_seventh_is_asked_for() {
    let (plain, _process) = handshake(Launch::as_host()).await;
    assert_eq!(plain.multiplexes, None);
    let (asked, _process) = handshake(Launch::as_host().env("PLUGIN_MULTIPLEX_GRPC", "true")).await;
    assert_eq!(asked.multiplexes, Some(false));
    let (empty, _process) = handshake(Launch::as_host().env("PLUGIN_MULTIPLEX_GRPC", "")).await;
    assert_eq!(empty.multiplexes, None);
}

#[tokio::test]
async fn a_host_of_another_protocol_is_told_ours() {
    for versions in ["5", "4,5", "nonsense", ""] {
        // The strict reader of the line insists on protocol 6.
        let launch = Launch::as_host().env("PLUGIN_PROTOCOL_VERSIONS", versions);
        handshake(launch).await;
    }
    handshake(Launch::as_host().without("PLUGIN_PROTOCOL_VERSIONS")).await;
}

#[tokio::test]
async fn the_socket_is_in_a_directory_only_this_user_can_enter() {
    let mut host = Host::start().await;
    let [directory] = host.process().temporary_files().try_into().unwrap();
    let mode = std::fs::metadata(&directory).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    // Checks, among other things, that the directory is gone.
    host.stop().await;
}

/// A directory in which nobody can make anything, which is how a full disk looks.
#[tokio::test]
async fn without_room_for_the_socket_the_refusal_names_the_remedy() {
    let refused = refusal(Launch::as_host().env("TMPDIR", "/dev/null")).await;
    assert!(refused.contains("socket in /dev/null: "), "{refused}");
    assert!(
        refused.contains("Set TMPDIR to a directory that exists, has room"),
        "{refused}"
    );
}

#[tokio::test]
async fn the_host_may_choose_the_directory_of_the_socket() {
    let chosen = tempfile::tempdir().unwrap();
    let path = chosen.path().to_str().unwrap();
    let launch = Launch::as_host().env("PLUGIN_UNIX_SOCKET_DIR", path);
    let (handshake, _process) = handshake(launch).await;
    assert!(handshake.socket.starts_with(chosen.path()));
}

#[tokio::test]
async fn a_missing_directory_for_temporary_files_is_named() {
    let stderr = refusal(Launch::as_host().env("TMPDIR", "/no/such/directory")).await;
    assert!(stderr.contains("/no/such/directory"), "{stderr}");
    assert!(stderr.contains("TMPDIR"), "{stderr}");
}

#[tokio::test]
async fn a_directory_with_too_long_a_path_is_left_for_a_shorter_one() {
    let launch = Launch::as_host();
    let long = launch.temp_dir().join("x".repeat(120));
    std::fs::create_dir(&long).unwrap();
    let launch = launch.env("TMPDIR", long.to_str().unwrap()).log("WARN");
    let (handshake, process) = handshake(launch).await;
    assert!(handshake.socket.starts_with("/tmp"), "{handshake:?}");
    process.stderr_with("too long").await;
    process.signal("TERM").await;
    let directory = handshake.socket.parent().map(Path::to_path_buf).unwrap();
    assert_eq!(process.exit().await.code, Some(0));
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_bad_client_certificate_is_a_sentence() {
    let stderr = refusal(Launch::as_host().env("PLUGIN_CLIENT_CERT", "garbage")).await;
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
}

#[tokio::test]
async fn an_unknown_group_is_a_sentence() {
    let launch = Launch::as_host().env("PLUGIN_UNIX_SOCKET_GROUP", "no-such-group-here");
    let stderr = refusal(launch).await;
    assert!(stderr.contains("no-such-group-here"), "{stderr}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_handshake_that_cannot_be_written_is_a_sentence() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let exit = Launch::as_host()
        .spawn_with_stdout(full.into())
        .exit()
        .await;
    assert_eq!(exit.code, Some(1));
    assert!(exit.stderr.contains("No space left"), "{}", exit.stderr);
}
