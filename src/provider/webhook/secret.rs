//! The webhook's secret: its limits, its generation, and the hash by which automatic rotation
//! recognizes it (product §4.2).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::api::PasswordPolicy;
use crate::framework::value::SecretText;

/// The most characters that a portal accepts (API §7.2).
pub(crate) const MAX_LENGTH: usize = 30;

const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
/// Special characters that need no quoting in shells, URLs in documents, or JSON.
const SPECIAL: &[u8] = b"!#%*+-.:=?@^_~";

/// Memory of one hash, in KiB.
const HASH_MEMORY: u32 = 8 * 1024;
/// Passes over that memory.
const HASH_PASSES: u32 = 4;
const HASH_LENGTH: usize = 32;
const SALT_LENGTH: usize = 16;

/// The memory of hashes: one at a time uses it, whatever Terraform's parallelism is. Taken anew for each hash, it would
/// pile up in the allocator, once for every thread that ever made one.
static HASHING: Mutex<Vec<Block>> = Mutex::const_new(Vec::new());

/// Returns whether a secret consists of characters that it may have: printable ASCII without blanks.
pub(crate) fn has_valid_characters(secret: &str) -> bool {
    secret.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
}

/// Returns what a secret lacks for a portal's policy, in words; nothing when it satisfies it.
pub(crate) fn shortcomings(secret: &str, policy: PasswordPolicy) -> Vec<String> {
    let has = |test: fn(&u8) -> bool| secret.bytes().any(|byte| test(&byte));
    let mut missing = Vec::new();
    let least = usize::try_from(policy.min_length)
        .unwrap_or(usize::MAX)
        .max(1);
    if secret.chars().count() < least {
        missing.push(format!("at least {least} characters"));
    }
    if secret.chars().count() > MAX_LENGTH {
        missing.push(format!("at most {MAX_LENGTH} characters"));
    }
    if policy.upper_case && !has(u8::is_ascii_uppercase) {
        missing.push("a capital letter".to_owned());
    }
    if policy.digits && !has(u8::is_ascii_digit) {
        missing.push("a digit".to_owned());
    }
    if policy.special && !has(u8::is_ascii_punctuation) {
        missing.push("a special character".to_owned());
    }
    missing
}

/// Says that the operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system provides no random numbers")]
pub(crate) struct NoRandomness;

/// Makes a secret of a length from 4 on, uniformly among those with all four character classes.
pub(crate) fn generate(length: usize) -> Result<SecretText, NoRandomness> {
    loop {
        let mut secret = Zeroizing::new(String::with_capacity(length));
        while secret.len() < length {
            secret.push(random_character()?);
        }
        let has = |class: &[u8]| secret.bytes().any(|byte| class.contains(&byte));
        if [UPPER, LOWER, DIGITS, SPECIAL].into_iter().all(has) {
            return Ok(SecretText::new(secret.as_str()));
        }
    }
}

fn random_character() -> Result<char, NoRandomness> {
    let alphabet = || [UPPER, LOWER, DIGITS, SPECIAL].into_iter().flatten();
    let size = alphabet().count();
    loop {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte).map_err(|_unavailable| NoRandomness)?;
        let [byte] = byte;
        // The lowest seven bits are uniform; values past the alphabet are drawn again.
        if let Some(character) = alphabet()
            .nth(usize::from(byte & 0x7f))
            .filter(|_| size <= 0x80)
        {
            return Ok(char::from(*character));
        }
    }
}

/// A salted, deliberately slow hash of a secret (Argon2id, 8 MiB), kept in private state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SecretHash {
    salt: String,
    hash: String,
}

impl SecretHash {
    /// Hashes a secret with a fresh salt, when its turn comes.
    pub(super) async fn of(secret: &SecretText) -> Result<Self, NoRandomness> {
        let mut salt = [0_u8; SALT_LENGTH];
        getrandom::fill(&mut salt).map_err(|_unavailable| NoRandomness)?;
        let hash = hash(secret.clone(), salt.to_vec())
            .await
            .ok_or(NoRandomness)?;
        Ok(Self {
            salt: STANDARD_NO_PAD.encode(salt),
            hash,
        })
    }

    /// Returns whether the hash is that of a secret. A damaged hash is that of none.
    pub(super) async fn matches(&self, secret: &SecretText) -> bool {
        let Ok(salt) = STANDARD_NO_PAD.decode(&self.salt) else {
            return false;
        };
        hash(secret.clone(), salt)
            .await
            .is_some_and(|hash| hash == self.hash)
    }
}

async fn hash(secret: SecretText, salt: Vec<u8>) -> Option<String> {
    let mut memory = HASHING.lock().await;
    let task = tokio::task::spawn_blocking(move || {
        let params = Params::new(HASH_MEMORY, HASH_PASSES, 1, Some(HASH_LENGTH)).ok()?;
        memory.resize(params.block_count(), Block::default());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hash = [0_u8; HASH_LENGTH];
        let secret = secret.expose().as_bytes();
        let hashed =
            argon2.hash_password_into_with_memory(secret, &salt, &mut hash, memory.as_mut_slice());
        memory.fill(Block::default());
        hashed.ok()?;
        Some(STANDARD_NO_PAD.encode(hash))
    });
    task.await.ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secrets_have_all_classes_and_never_repeat() {
        let policy = PasswordPolicy {
            min_length: 30,
            upper_case: true,
            digits: true,
            special: true,
        };
        let secrets: Vec<_> = (0..200).map(|_| generate(MAX_LENGTH).unwrap()).collect();
        for secret in &secrets {
            assert_eq!(shortcomings(secret.expose(), policy), Vec::<String>::new());
            assert!(has_valid_characters(secret.expose()));
            assert!(
                secret
                    .expose()
                    .bytes()
                    .any(|byte| byte.is_ascii_lowercase())
            );
        }
        let mut distinct = secrets.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), secrets.len());
    }

    #[test]
    fn generation_uses_the_whole_alphabet() {
        let mut seen: Vec<u8> = (0..400)
            .flat_map(|_| generate(MAX_LENGTH).unwrap().expose().as_bytes().to_vec())
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 26 + 26 + 10 + SPECIAL.len());
    }

    #[test]
    fn shortcomings_name_what_is_missing() {
        let policy = PasswordPolicy {
            min_length: 10,
            upper_case: true,
            digits: true,
            special: true,
        };
        assert_eq!(
            shortcomings("abc", policy),
            [
                "at least 10 characters",
                "a capital letter",
                "a digit",
                "a special character"
            ]
        );
        assert_eq!(
            shortcomings(&"aA1!".repeat(8), policy),
            ["at most 30 characters"]
        );
    }

    /// Made with another implementation. A change here makes every stored hash useless, so that every secret in automatic
    /// mode is sent again.
    #[tokio::test]
    async fn hashes_are_argon2id_over_8_mib_for_ever() {
        let hash = SecretHash {
            salt: "MDEyMzQ1Njc4OWFiY2RlZg".to_owned(),
            hash: "zlJZ06WvdX0r9+efCr3THjIC81203MIrlTTZLAf7RIM".to_owned(),
        };
        assert!(hash.matches(&SecretText::new("correct-horse")).await);
    }

    #[tokio::test]
    async fn one_hash_is_made_at_a_time() {
        let turn = HASHING.lock().await;
        let secret = SecretText::new("correct-horse");
        let (done, mut finished) = tokio::sync::oneshot::channel();
        let waiting = tokio::spawn(async move {
            drop(SecretHash::of(&secret).await);
            done.send(()).unwrap();
        });
        tokio::task::yield_now().await;
        // In the time that this one takes, the other would be done if it had begun.
        let params = Params::new(HASH_MEMORY, 3 * HASH_PASSES, 1, Some(HASH_LENGTH)).unwrap();
        let longer = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hash = [0; HASH_LENGTH];
        longer
            .hash_password_into(b"x", &[0; SALT_LENGTH], &mut hash)
            .unwrap();
        tokio::task::yield_now().await;
        assert!(finished.try_recv().is_err());
        drop(turn);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn a_hash_recognizes_its_secret_only() {
        let secret = SecretText::new("correct-horse");
        let hash = SecretHash::of(&secret).await.unwrap();
        assert!(hash.matches(&secret).await);
        assert!(!hash.matches(&SecretText::new("correct-horsf")).await);
        assert_ne!(hash, SecretHash::of(&secret).await.unwrap());
        let damaged = SecretHash {
            salt: "?".to_owned(),
            hash: hash.hash.clone(),
        };
        assert!(!damaged.matches(&secret).await);
    }
}
