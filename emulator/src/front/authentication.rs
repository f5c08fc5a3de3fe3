//! Who is calling: from request headers to a [`Caller`] (API §3.1).

use axum::http::header::{AUTHORIZATION, COOKIE, HeaderMap};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::account::{Caller, CredentialKind};
use crate::nouns::keys::credentials::Credentials;
use crate::nouns::people::users::Users;
use crate::profile::Profile;

/// What the credentials of a request amount to.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// None were given.
    Anonymous,
    /// Somebody known.
    Valid(Box<Caller>),
    /// They are unknown, expired, disabled or malformed.
    Invalid,
    /// A JWT that does not say whom it stands for.
    NoSubject,
}

/// The verdict and how the credentials were presented, which some answers show.
#[derive(Debug)]
pub(crate) struct Authentication {
    pub(crate) verdict: Verdict,
    pub(crate) is_basic: bool,
    pub(crate) is_cookie: bool,
    pub(crate) is_api_key: bool,
}

impl Authentication {
    pub(crate) fn caller(&self) -> Option<&Caller> {
        match &self.verdict {
            Verdict::Valid(caller) => Some(caller),
            _ => None,
        }
    }
}

/// Reads the `Authorization` header, or without one the session cookie; scheme words are case-sensitive.
pub(crate) fn authenticate(
    headers: &HeaderMap,
    users: &Users,
    credentials: &mut Credentials,
    profile: Profile,
) -> Authentication {
    let mut found = Authentication {
        verdict: Verdict::Anonymous,
        is_basic: false,
        is_cookie: false,
        is_api_key: false,
    };
    if let Some(header) = headers.get(AUTHORIZATION) {
        let header = header.to_str().unwrap_or_default();
        if let Some(token) = header.strip_prefix("Bearer ") {
            found.is_api_key = profile.has_api_keys() && token.starts_with("sk-");
            found.verdict = bearer(token, users, credentials);
        } else if let Some(encoded) = header.strip_prefix("Basic ") {
            found.is_basic = true;
            found.verdict = basic(encoded, users, credentials);
        } else {
            found.verdict = Verdict::Invalid;
        }
    } else if let Some(token) = session_cookie(headers) {
        found.is_cookie = true;
        found.verdict = verdict(credentials.authenticate(
            users,
            &[CredentialKind::Session],
            |_, value| value == token,
        ));
    }
    found
}

fn verdict(caller: Option<Caller>) -> Verdict {
    caller.map_or(Verdict::Invalid, |caller| Verdict::Valid(Box::new(caller)))
}

fn bearer(token: &str, users: &Users, credentials: &mut Credentials) -> Verdict {
    let kinds = [
        CredentialKind::ApiKey,
        CredentialKind::Session,
        CredentialKind::Oauth,
    ];
    match credentials.authenticate(users, &kinds, |_, value| value == token) {
        Some(caller) => Verdict::Valid(Box::new(caller)),
        None if jwt_claims(token).is_some_and(|claims| claims.get("sub").is_none()) => {
            Verdict::NoSubject
        }
        None => Verdict::Invalid,
    }
}

/// The claims of a token that looks like a JWT; nothing is verified, because unknown tokens are refused anyway.
fn jwt_claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice(&claims).ok()
}

fn basic(encoded: &str, users: &Users, credentials: &mut Credentials) -> Verdict {
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((email, password)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        return Verdict::Invalid;
    };
    verdict(
        credentials.authenticate(users, &[CredentialKind::Password], |user, value| {
            user.email.eq_ignore_ascii_case(email) && value == password
        }),
    )
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("asc_auth_key="))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::account::{Credential, OWNER_ID, Role, User};

    fn known() -> (Users, Credentials) {
        let mut session = Credential::api_key("session-token", OWNER_ID);
        session.kind = CredentialKind::Session;
        let mut password = Credential::api_key("pa:ss", OWNER_ID);
        password.kind = CredentialKind::Password;
        let mut disabled = Credential::api_key("sk-disabled", OWNER_ID);
        disabled.active = false;
        let mut inactive = User::new("gone", Role::Admin);
        inactive.active = false;
        let users = Users::new(vec![User::new(OWNER_ID, Role::Owner), inactive]);
        let credentials = Credentials::new(
            [
                Credential::api_key("sk-good", OWNER_ID),
                Credential::api_key("sk-gone", "gone"),
                session,
                password,
                disabled,
            ],
            &Arc::default(),
        );
        (users, credentials)
    }

    fn is_valid(name: axum::http::HeaderName, value: &str) -> bool {
        let headers = HeaderMap::from_iter([(name, value.parse().expect("a header"))]);
        let (users, mut credentials) = known();
        authenticate(&headers, &users, &mut credentials, Profile::V3_7)
            .caller()
            .is_some()
    }

    #[test]
    fn every_kind_of_credential_is_read_from_its_own_place() {
        assert!(is_valid(AUTHORIZATION, "Bearer sk-good"));
        assert!(is_valid(AUTHORIZATION, "Bearer session-token"));
        assert!(is_valid(COOKIE, "a=b; asc_auth_key=session-token"));
        let basic = format!("Basic {}", STANDARD.encode("jane.admin@example.com:pa:ss"));
        assert!(is_valid(AUTHORIZATION, &basic));
        for refused in [
            "Bearer sk-other",
            "Bearer sk-disabled",
            "Bearer sk-gone",
            "Bearer pa:ss",
            "bearer sk-good",
            "sk-good",
            "Basic ???",
        ] {
            assert!(!is_valid(AUTHORIZATION, refused), "{refused}");
        }
        assert!(!is_valid(COOKIE, "asc_auth_key=sk-good"));
    }

    #[test]
    fn a_jwt_without_subject_is_told_apart() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"scope":"*"}"#);
        let value = format!("Bearer e30.{claims}.sig");
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().expect("a header"))]);
        let (users, mut credentials) = known();
        let found = authenticate(&headers, &users, &mut credentials, Profile::V3_7);
        assert!(matches!(found.verdict, Verdict::NoSubject));
    }
}
