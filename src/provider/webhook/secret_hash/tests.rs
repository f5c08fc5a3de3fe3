use std::sync::atomic::Ordering;

use super::*;

fn secret() -> SecretText {
    SecretText::new("correct-horse")
}

fn other() -> SecretText {
    SecretText::new("correct-horsf")
}

/// Returns how many hashes a process has computed.
fn made(hashes: &SecretHashes) -> usize {
    hashes.workshop.made.load(Ordering::Relaxed)
}

/// Computed with another implementation. A change here makes every stored hash useless, so that every secret in
/// automatic mode is sent again.
#[tokio::test]
async fn hashes_are_argon2id_over_8_mib_for_ever() {
    let record = SecretHash {
        salt: "MDEyMzQ1Njc4OWFiY2RlZg".to_owned(),
        hash: "zlJZ06WvdX0r9+efCr3THjIC81203MIrlTTZLAf7RIM".to_owned(),
    };
    assert!(SecretHashes::default().recognize(&record, &secret()).await);
}

#[tokio::test]
async fn a_record_recognizes_its_secret_only() {
    let hashes = SecretHashes::default();
    let record = hashes.record(&secret()).await.unwrap();
    for process in [&hashes, &SecretHashes::default()] {
        assert!(process.recognize(&record, &secret()).await);
        assert!(!process.recognize(&record, &other()).await);
        let damaged = SecretHash {
            salt: "?".to_owned(),
            hash: record.hash.clone(),
        };
        assert!(!process.recognize(&damaged, &secret()).await);
    }
}

#[tokio::test]
async fn webhooks_that_share_a_secret_share_one_slow_hash() {
    let first = SecretHashes::default();
    let record = first.record(&secret()).await.unwrap();
    for _ in 0..300 {
        assert_eq!(first.record(&secret()).await.unwrap(), record);
        assert!(first.recognize(&record, &secret()).await);
    }
    assert_eq!(made(&first), 1);

    let next = Arc::new(SecretHashes::default());
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let (next, record) = (Arc::clone(&next), record.clone());
        waiting.spawn(async move { next.recognize(&record, &secret()).await });
    }
    let all = waiting.join_all().await;
    assert!(all.into_iter().all(|is_same| is_same));
    assert_eq!(next.record(&secret()).await.unwrap(), record);
    assert_eq!(made(&next), 1);
}

#[tokio::test]
async fn another_secret_never_gets_the_salt() {
    let hashes = SecretHashes::default();
    let record = hashes.record(&secret()).await.unwrap();
    assert!(!hashes.recognize(&record, &other()).await);
    assert_ne!(hashes.record(&other()).await.unwrap().salt, record.salt);
}

#[tokio::test]
async fn records_of_before_are_recognized_and_change_to_one_salt() {
    let (one, two) = (SecretHashes::default(), SecretHashes::default());
    let one = one.record(&secret()).await.unwrap();
    let two = two.record(&secret()).await.unwrap();
    assert_ne!(one.salt, two.salt);
    let process = SecretHashes::default();
    assert!(process.recognize(&one, &secret()).await);
    assert!(process.recognize(&two, &secret()).await);
    assert_eq!(process.record(&secret()).await.unwrap(), one);
    assert_eq!(made(&process), 2);
}

#[tokio::test]
async fn two_hashes_are_made_at_a_time() {
    let hashes = Arc::new(SecretHashes::default());
    let turns = Arc::clone(&hashes.workshop.turns);
    assert_eq!(turns.available_permits(), 2);
    let both = turns.acquire_many_owned(2).await.unwrap();
    let waiting = tokio::spawn({
        let hashes = Arc::clone(&hashes);
        async move { hashes.record(&secret()).await.unwrap() }
    });
    tokio::task::yield_now().await;
    // While this one runs, the other would finish if it had begun.
    let params = Params::new(HASH_MEMORY, 3 * HASH_PASSES, 1, Some(HASH_LENGTH)).unwrap();
    let longer = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; HASH_LENGTH];
    longer
        .hash_password_into(b"x", &[0; SALT_LENGTH], &mut hash)
        .unwrap();
    tokio::task::yield_now().await;
    assert_eq!(made(&hashes), 0);
    drop(both);
    waiting.await.unwrap();
    assert_eq!(made(&hashes), 1);
    assert_eq!(hashes.workshop.turns.available_permits(), 2);
}

#[test]
fn nothing_is_shown() {
    assert_eq!(
        format!("{:?}", SecretHashes::default()),
        "SecretHashes { .. }"
    );
}
