//! The short form of a person, as shown with other objects (API §4.3).

use serde::Serialize;

use crate::account::{SYSTEM_ID, User};
use crate::front::call::Call;

/// A person shown with a webhook or a key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Employee {
    pub(crate) id: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    avatar: &'static str,
    avatar_original: &'static str,
    avatar_max: &'static str,
    avatar_medium: &'static str,
    avatar_small: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_url: Option<String>,
    has_avatar: bool,
    is_anonim: bool,
}

impl Employee {
    /// Describes a person for the caller of an endpoint.
    pub(crate) fn new(user: &User, call: &Call) -> Self {
        let email: String = url::form_urlencoded::byte_serialize(user.email.as_bytes()).collect();
        Self {
            id: user.id.clone(),
            display_name: html_encoded(&user.display_name),
            title: call.settings.profile.employees_have_title().then_some(""),
            avatar: "/static/images/default_user_photo_size_82-82.png?hash=1511093012",
            avatar_original: "/static/images/default_user_photo_size_200-200.png?hash=1511093012",
            avatar_max: "/static/images/default_user_photo_size_200-200.png?hash=1511093012",
            avatar_medium: "/static/images/default_user_photo_size_48-48.png?hash=1511093012",
            avatar_small: "/static/images/default_user_photo_size_32-32.png?hash=1511093012",
            profile_url: (user.id != SYSTEM_ID).then(|| {
                format!(
                    "{}/accounts/people/filter?search={email}",
                    call.facts.origin
                )
            }),
            has_avatar: false,
            is_anonim: false,
        }
    }
}

fn html_encoded(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
