//! The hash by which automatic rotation recognizes a secret, and what one process keeps of the hashes it has computed
//! (product §4.2, ADR 9).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::zeroize::{Zeroize as _, Zeroizing};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio::sync::{OnceCell, Semaphore};

use super::secret::NoRandomness;
use crate::framework::value::SecretText;

/// Memory of one hash, in KiB.
const HASH_MEMORY: u32 = 8 * 1024;
/// Passes over that memory.
const HASH_PASSES: u32 = 4;
const HASH_LENGTH: usize = 32;
const SALT_LENGTH: usize = 16;
/// How many hashes are computed at a time, whatever Terraform's parallelism is.
const AT_A_TIME: usize = 2;

/// A salted, deliberately slow hash of a secret (Argon2id, 8 MiB), kept in private state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SecretHash {
    salt: String,
    hash: String,
}

/// Computes and compares hashes, each at most once in a process: webhooks that share a secret share its salt, so that
/// one slow hash recognizes it for all of them. A secret is kept only as a digest, under a key that only this process
/// has.
#[derive(Default)]
pub(super) struct SecretHashes {
    known: Mutex<Known>,
    workshop: Workshop,
}

impl fmt::Debug for SecretHashes {
    /// Shows nothing: it is made of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretHashes").finish_non_exhaustive()
    }
}

/// What this process knows of secrets. All of it is wiped when it goes.
#[derive(Default)]
struct Known {
    /// The key of the digests, generated with the first one.
    key: Option<Zeroizing<[u8; 32]>>,
    salts: HashMap<Digest, Salt>,
    hashes: HashMap<(Salt, Digest), Arc<Slot>>,
}

type Salt = Vec<u8>;

/// A hash that is computed once, by the first caller.
type Slot = OnceCell<Zeroizing<String>>;

/// Represents a secret. It lives on the heap, so that a growing map leaves no copy behind.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Digest(Box<[u8]>);

impl Drop for Digest {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl SecretHashes {
    /// Returns the record of a secret, to be stored. All webhooks that this process has seen with the same secret share
    /// its salt, and no other secret does.
    pub(super) async fn record(&self, secret: &SecretText) -> Result<SecretHash, NoRandomness> {
        let salt = self.known().salt_of(secret)?;
        let hash = self.hash(secret, &salt).await.ok_or(NoRandomness)?;
        Ok(SecretHash {
            salt: STANDARD_NO_PAD.encode(&salt),
            hash: hash.to_string(),
        })
    }

    /// Returns whether a record is that of a secret. A damaged record is that of none.
    pub(super) async fn recognize(&self, record: &SecretHash, secret: &SecretText) -> bool {
        let Ok(salt) = STANDARD_NO_PAD.decode(&record.salt) else {
            return false;
        };
        let hash = self.hash(secret, &salt).await;
        let is_same = hash.is_some_and(|hash| *hash == record.hash);
        if is_same && salt.len() == SALT_LENGTH {
            self.known().keep_salt(secret, salt);
        }
        is_same
    }

    async fn hash(&self, secret: &SecretText, salt: &[u8]) -> Option<Zeroizing<String>> {
        let slot = self.known().slot(secret, salt).ok()?;
        let make = || async {
            let hash = self.workshop.hash(secret.clone(), salt.to_vec()).await;
            hash.ok_or(())
        };
        slot.get_or_try_init(make).await.ok().cloned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Returns the salt for the record of a secret, a new one if this process has seen none.
    fn salt_of(&mut self, secret: &SecretText) -> Result<Salt, NoRandomness> {
        let digest = self.digest(secret)?;
        if let Some(salt) = self.salts.get(&digest) {
            return Ok(salt.clone());
        }
        let salt = random::<SALT_LENGTH>()?.to_vec();
        self.salts.insert(digest, salt.clone());
        Ok(salt)
    }

    /// Keeps the salt of a recognized record, unless the secret already has one.
    fn keep_salt(&mut self, secret: &SecretText, salt: Salt) {
        if let Ok(digest) = self.digest(secret) {
            self.salts.entry(digest).or_insert(salt);
        }
    }

    fn slot(&mut self, secret: &SecretText, salt: &[u8]) -> Result<Arc<Slot>, NoRandomness> {
        let digest = self.digest(secret)?;
        let slot = self.hashes.entry((salt.to_vec(), digest)).or_default();
        Ok(Arc::clone(slot))
    }

    fn digest(&mut self, secret: &SecretText) -> Result<Digest, NoRandomness> {
        let key = match &mut self.key {
            Some(key) => key,
            none => none.insert(random()?),
        };
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key.as_slice()).map_err(|_length| NoRandomness)?;
        mac.update(secret.expose().as_bytes());
        Ok(Digest(mac.finalize().into_bytes().as_slice().into()))
    }
}

/// The memory for hashes. Allocated anew for each hash, it would pile up in the allocator, once for every thread that
/// ever computed one.
struct Workshop {
    turns: Arc<Semaphore>,
    memories: Arc<Mutex<Vec<Vec<Block>>>>,
    #[cfg(test)]
    made: std::sync::atomic::AtomicUsize,
}

impl Default for Workshop {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            memories: Arc::default(),
            #[cfg(test)]
            made: std::sync::atomic::AtomicUsize::default(),
        }
    }
}

impl Workshop {
    /// Computes a hash when its turn comes. The turn ends with the hash, not with the caller's patience.
    async fn hash(&self, secret: SecretText, salt: Salt) -> Option<Zeroizing<String>> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok()?;
        let memories = Arc::clone(&self.memories);
        #[cfg(test)]
        self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let task = tokio::task::spawn_blocking(move || {
            let pool = || memories.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = pool().pop().unwrap_or_default();
            let hash = argon2id(&secret, &salt, &mut memory);
            pool().push(memory);
            drop(turn);
            hash
        });
        task.await.ok()?
    }
}

/// Hashes a secret, and wipes the memory that it takes.
fn argon2id(
    secret: &SecretText,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Option<Zeroizing<String>> {
    let params = Params::new(HASH_MEMORY, HASH_PASSES, 1, Some(HASH_LENGTH)).ok()?;
    memory.resize(params.block_count(), Block::default());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = Zeroizing::new([0_u8; HASH_LENGTH]);
    let secret = secret.expose().as_bytes();
    let hashed =
        argon2.hash_password_into_with_memory(secret, salt, hash.as_mut(), memory.as_mut_slice());
    memory.fill(Block::default());
    hashed.ok()?;
    Some(Zeroizing::new(STANDARD_NO_PAD.encode(hash.as_slice())))
}

fn random<const LENGTH: usize>() -> Result<Zeroizing<[u8; LENGTH]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0_u8; LENGTH]);
    getrandom::fill(bytes.as_mut()).map_err(|_unavailable| NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
