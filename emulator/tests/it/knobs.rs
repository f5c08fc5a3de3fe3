use base64::Engine as _;
use docspace_emulator::{
    Config, Credential, CredentialKind, Emulator, LimitReq, OWNER_ID, PasswordPolicy, PortalState,
    RateLimits, RetryAfter, Role, User,
};
use serde_json::{Value, json};

use crate::client::{Client, Reply, WEBHOOKS, start, start_offline, webhook};

const TRIGGERS: &str = "/api/2.0/settings/webhook/triggers";

fn id_of(role: Role) -> String {
    format!("{:08}-1111-4111-8111-111111111111", role as u8)
}

/// A portal with one caller of every role, whose key is `sk-` and the role's name.
async fn portal() -> (Emulator, Client) {
    let mut config = Config::offline();
    for (role, key) in [
        (Role::Admin, "sk-admin"),
        (Role::RoomAdmin, "sk-room-admin"),
        (Role::User, "sk-user"),
        (Role::Guest, "sk-guest"),
    ] {
        config = config.with_caller(User::new(id_of(role), role), key, &[]);
    }
    start(config).await
}

fn assert_denied(reply: &Reply) {
    assert_eq!(reply.status, 403);
    assert_eq!(reply.message(), "Access denied");
    let error = &reply.json()["error"];
    assert_eq!(error["type"], "System.Security.SecurityException");
    assert_eq!(error["hresult"], -2_146_233_078_i64);
}

#[tokio::test]
async fn others_than_admins_see_and_change_their_own_webhooks() {
    let (_emulator, owner) = portal().await;
    let user = owner.with_key("sk-user");
    owner.post(WEBHOOKS, &webhook("theirs")).await;
    let mine = user.post(WEBHOOKS, &webhook("mine")).await.json();
    assert_eq!(mine["response"]["createdBy"]["displayName"], "Plain User");
    let list = user.get(WEBHOOKS).await.json();
    assert_eq!(list["response"].as_array().unwrap().len(), 1);
    let admin = owner.with_key("sk-admin");
    let all = admin.get(WEBHOOKS).await.json();
    assert_eq!(all["response"].as_array().unwrap().len(), 2);
    let mut foreign = webhook("theirs");
    foreign["id"] = json!(1);
    assert_denied(&user.put(WEBHOOKS, &foreign).await);
    assert_denied(&user.put("/api/2.0/settings/webhook/enable", &foreign).await);
    assert_denied(&user.delete("/api/2.0/settings/webhook/1").await);
    assert_eq!(user.delete("/api/2.0/settings/webhook/2").await.status, 200);
    assert_eq!(
        admin.delete("/api/2.0/settings/webhook/1").await.status,
        200
    );
}

#[tokio::test]
async fn guests_see_nothing_but_the_catalogue() {
    let (_emulator, owner) = portal().await;
    let guest = owner.with_key("sk-guest");
    owner.post(WEBHOOKS, &webhook("a")).await;
    assert_denied(&guest.get(WEBHOOKS).await);
    assert_denied(&guest.post(WEBHOOKS, &webhook("b")).await);
    assert_denied(&guest.delete("/api/2.0/settings/webhook/1").await);
    let catalogue = guest.get(TRIGGERS).await.json();
    let available: Vec<&Value> = catalogue["response"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["available"] == true)
        .map(|entry| &entry["name"])
        .collect();
    assert_eq!(available, ["*"]);
    let mut update = webhook("a");
    update["id"] = json!(1);
    let reply = guest.put(WEBHOOKS, &update).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (400, "Trigger is not available"),
        "an update checks trigger rights before the role"
    );
    update["triggers"] = json!(0);
    assert_denied(&guest.put(WEBHOOKS, &update).await);
}

#[tokio::test]
async fn users_may_not_subscribe_to_administrative_events() {
    let (_emulator, owner) = portal().await;
    let unavailable = |catalogue: &Value| -> Vec<Value> {
        let entries = catalogue["response"].as_array().unwrap().iter();
        entries
            .filter(|entry| entry["available"] == false)
            .map(|entry| entry["name"].clone())
            .collect()
    };
    let user = owner.with_key("sk-user");
    assert_eq!(
        unavailable(&user.get(TRIGGERS).await.json()),
        [
            "user.created",
            "user.invited",
            "group.created",
            "group.updated",
            "group.deleted",
            "room.created",
            "room.copied",
            "agent.created"
        ]
    );
    let room_admin = owner.with_key("sk-room-admin").get(TRIGGERS).await.json();
    assert!(unavailable(&room_admin).is_empty());
}

#[tokio::test]
async fn limited_dev_tools_lock_out_everybody_but_admins() {
    let (_emulator, owner) = portal().await;
    let path = "/api/2.0/settings/devtoolsaccess";
    let user = owner.with_key("sk-user");
    user.post(WEBHOOKS, &webhook("mine")).await;
    assert_denied(
        &user
            .post(path, &json!({"limitedAccessForUsers": true}))
            .await,
    );
    let limit = owner
        .post(path, &json!({"LimitedAccessForUsers": true}))
        .await;
    assert_eq!(limit.status, 200);
    assert_eq!(
        limit.json()["response"]["lastModified"],
        "0001-01-01T00:00:00.0000000Z"
    );
    let shown = user.get(path).await.json();
    assert_eq!(shown["response"]["limitedAccessForUsers"], true);
    assert!(
        shown["response"]["lastModified"]
            .as_str()
            .unwrap()
            .starts_with("20")
    );
    for client in [&user, &owner.with_key("sk-room-admin")] {
        assert_denied(&client.get(WEBHOOKS).await);
        assert_denied(&client.post(WEBHOOKS, &webhook("b")).await);
        assert_denied(&client.delete("/api/2.0/settings/webhook/1").await);
        assert_eq!(client.get(TRIGGERS).await.status, 200);
    }
    assert_eq!(owner.with_key("sk-admin").get(WEBHOOKS).await.status, 200);

    // Nothing is as good as false.
    let opened = owner.post(path, &json!({})).await;
    assert_eq!(opened.json()["response"]["limitedAccessForUsers"], false);
    assert_eq!(user.get(WEBHOOKS).await.status, 200);
}

/// O10: what a key may do by its scopes, and that every key may describe itself.
#[tokio::test]
async fn scopes_decide_before_anything_else() {
    let mut config = Config::offline();
    for (key, scopes) in [
        ("sk-read", &["*:read"][..]),
        ("sk-write", &["*:write"][..]),
        ("sk-rooms", &["rooms:write", "files:read"][..]),
        ("sk-self", &["accounts.self:read"][..]),
    ] {
        config
            .credentials
            .push(Credential::api_key(key, OWNER_ID).with_scopes(scopes.iter().copied()));
    }
    let (_emulator, client) = start(config).await;
    let build = "/api/2.0/settings/version/build";
    let person = "/api/2.0/people/@self";
    let key = "/api/2.0/keys/@self";
    for (name, list, create, anonymous, own, keys) in [
        ("sk-read", 200, 403, 200, 200, 200),
        ("sk-write", 200, 200, 200, 200, 200),
        ("sk-rooms", 403, 403, 403, 403, 200),
        ("sk-self", 403, 403, 403, 200, 200),
    ] {
        let client = client.with_key(name);
        let listed = client.get(WEBHOOKS).await;
        assert_eq!(listed.status, list, "{name}");
        if list == 403 {
            assert!(listed.body.is_empty());
        }
        let body = json!("not even an object");
        let created = client.post(WEBHOOKS, &body).await.status;
        let expected = if create == 200 { 400 } else { create };
        assert_eq!(created, expected, "{name}");
        assert_eq!(client.get(build).await.status, anonymous, "{name}");
        assert_eq!(client.get(person).await.status, own, "{name}");
        assert_eq!(client.get(key).await.status, keys, "{name}");
    }
    let shown = client.with_key("sk-read").get(key).await.json();
    assert_eq!(shown["response"]["key"], "sk-***read");
    assert_eq!(shown["response"]["keyPostfix"], "read");
    assert_eq!(shown["response"]["permissions"], json!(["*:read"]));
    assert_eq!(shown["response"]["createBy"]["id"], OWNER_ID);
}

#[tokio::test]
async fn every_kind_of_credential_works_in_its_place() {
    let mut config = Config::offline();
    for (kind, value) in [
        (CredentialKind::Session, "session"),
        (CredentialKind::Oauth, "e30.eyJzdWIiOiJ4In0.sig"),
        (CredentialKind::Password, "password"),
    ] {
        config.credentials.push(Credential {
            kind,
            ..Credential::api_key(value, OWNER_ID)
        });
    }
    let (_emulator, client) = start(config).await;
    let anonymous = client.anonymous();
    let basic = base64::engine::general_purpose::STANDARD.encode("jane.admin@example.com:password");
    for (header, value, status) in [
        ("Authorization", "Bearer session".to_owned(), 200),
        (
            "Authorization",
            "Bearer e30.eyJzdWIiOiJ4In0.sig".to_owned(),
            200,
        ),
        ("Authorization", format!("Basic {basic}"), 200),
        ("Cookie", "asc_auth_key=session".to_owned(), 200),
        ("Cookie", "asc_auth_key=wrong".to_owned(), 401),
        ("Authorization", "Basic d3Jvbmc6d3Jvbmc=".to_owned(), 401),
        ("Authorization", "Bearer sk-wrong".to_owned(), 401),
        ("Authorization", "bearer session".to_owned(), 401),
    ] {
        let reply = anonymous
            .send_raw("GET", WEBHOOKS, &[(header, &value)], b"")
            .await
            .unwrap();
        assert_eq!(reply.status, status, "{value}");
        if status == 401 {
            assert!(reply.body.is_empty());
        }
        let is_basic = value.starts_with("Basic");
        assert_eq!(reply.header("www-authenticate").is_some(), is_basic);
        let clears = header == "Cookie" && status == 401;
        assert_eq!(reply.header("set-cookie").is_some(), clears);
    }
    let no_subject = anonymous
        .send_raw(
            "GET",
            WEBHOOKS,
            &[("Authorization", "Bearer e30.e30.sig")],
            b"",
        )
        .await
        .unwrap();
    assert_eq!(no_subject.status, 401);
    assert_eq!(no_subject.message(), "Claim 'sub' is not present in JWT");
    assert_eq!(no_subject.json()["error"]["stack"], Value::Null);
    let path = "/api/2.0/keys/@self";
    let cookie = [("Cookie", "asc_auth_key=session")];
    let cut = anonymous.send_raw("GET", path, &cookie, b"").await.unwrap();
    assert_eq!(cut.status, 400, "there is no header to cut the key from");
    let key = client.with_key("session").get(path).await;
    assert_eq!(key.status, 500, "a session is no key");
}

#[tokio::test]
async fn portal_states_answer_before_most_endpoints() {
    let (emulator, client) = start_offline().await;
    let settings = "/api/2.0/settings";
    let build = "/api/2.0/settings/version/build";
    let policy = "/api/2.0/settings/security/password";
    let key = "/api/2.0/keys/@self";
    let person = "/api/2.0/people/@self";
    for (state, status, serving, tenant_status) in [
        (PortalState::Suspended, 404, &[settings][..], 1),
        (PortalState::Busy, 403, &[settings, build, key, person], 3),
        (PortalState::Unpaid, 402, &[settings, build, policy], 0),
    ] {
        emulator.change_settings(|settings| settings.portal_state = state);
        for path in [WEBHOOKS, TRIGGERS, settings, build, policy, key, person] {
            let reply = client.get(path).await;
            if serving.contains(&path) {
                assert_eq!(reply.status, 200, "{state:?} {path}");
                continue;
            }
            assert_eq!(reply.status, status, "{state:?} {path}");
            let body = reply.json();
            assert_eq!(body["status"], status);
            assert!(body.get("error").is_none() && body.get("response").is_none());
            assert!(body["traceId"].as_str().unwrap().starts_with("00-"));
        }
        let shown = client.anonymous().get(settings).await.json();
        assert_eq!(shown["response"]["tenantStatus"], tenant_status);
        assert_eq!(client.anonymous().get(WEBHOOKS).await.status, 401);
    }
    emulator.change_settings(|settings| settings.portal_state = PortalState::Unknown);
    let reply = client.get(WEBHOOKS).await;
    assert_eq!(reply.status, 500);
    assert_eq!(reply.message(), "Could not resolve current tenant :-(.");
    assert_eq!(client.anonymous().get(build).await.status, 404);
    assert_eq!(client.anonymous().get(WEBHOOKS).await.status, 401);
}

#[tokio::test]
async fn a_restricted_address_is_refused_in_text_or_json_unless_anonymous() {
    let (emulator, client) = start_offline().await;
    emulator.change_settings(|settings| settings.portal_state = PortalState::IpRestricted);
    let text = client.get(WEBHOOKS).await;
    assert_eq!(
        (text.status, text.text()),
        (403, "The access to the portal is restricted")
    );
    let json = client
        .send_raw("GET", WEBHOOKS, &[("Accept", "application/json")], b"")
        .await
        .unwrap();
    assert_eq!(json.json(), "The access to the portal is restricted");
    let build = "/api/2.0/settings/version/build";
    assert_eq!(client.get(build).await.status, 403);
    assert_eq!(client.anonymous().get(build).await.status, 200);
}

#[tokio::test]
async fn the_password_policy_is_shown_and_applied() {
    let (emulator, client) = start_offline().await;
    let path = "/api/2.0/settings/security/password";
    let shown = client.get(path).await.json();
    assert_eq!(shown["response"]["minLength"], 8);
    assert_eq!(shown["response"]["specSymbols"], false);
    emulator.change_settings(|settings| {
        settings.password_policy = PasswordPolicy {
            min_length: 20,
            upper_case: true,
            digits: true,
            spec_symbols: true,
        };
    });
    let refused = client.post(WEBHOOKS, &webhook("a")).await;
    assert_eq!(
        refused.message(),
        "Password must contain from 20 to 30 characters, only latin letters, no spaces, capital letters, digits, special characters"
    );
    assert_eq!(client.get(path).await.json()["response"]["minLength"], 20);
}

#[tokio::test]
async fn enabling_checks_the_stored_secret_against_todays_policy() {
    let (emulator, client) = start_offline().await;
    client.post(WEBHOOKS, &webhook("a")).await;
    emulator.change_settings(|settings| settings.password_policy.min_length = 20);
    let enable = "/api/2.0/settings/webhook/enable";
    let mut body = webhook("a");
    body["id"] = json!(1);
    assert_eq!(client.put(enable, &body).await.status, 400);
    body["enabled"] = json!(false);
    assert_eq!(client.put(enable, &body).await.status, 200);
}

#[tokio::test]
async fn dates_carry_the_wall_clock_of_one_zone_and_the_offset_of_another() {
    let mut config = Config::offline();
    config.settings.portal_utc_offset_minutes = 180;
    config.settings.server_utc_offset_minutes = -60;
    let (emulator, client) = start(config).await;
    client.post(WEBHOOKS, &webhook("a")).await;
    let list = client.get(WEBHOOKS).await.json();
    let text = list["response"][0]["configs"]["createdOn"]
        .as_str()
        .unwrap()
        .to_owned();
    let wall = text
        .strip_suffix("-01:00")
        .expect("the server's offset")
        .to_owned()
        + "Z";
    let format = &time::format_description::well_known::Rfc3339;
    let wall = time::OffsetDateTime::parse(&wall, format).unwrap();
    let stored = emulator.webhook(1).unwrap().created_on;
    let shift = wall - stored - time::Duration::hours(3);
    assert!(shift.abs() <= time::Duration::seconds(1), "{shift}");
}

#[tokio::test]
async fn rate_limits_answer_429_with_the_documented_headers() {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits {
        per_minute: 3,
        ..RateLimits::default()
    });
    let (emulator, client) = start(config).await;
    for _ in 0..3 {
        let reply = client.get(WEBHOOKS).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-ratelimit-limit"), None);
    }
    let limited = client.get(WEBHOOKS).await;
    assert_eq!((limited.status, limited.body.len()), (429, 0));
    assert_eq!(limited.header("x-ratelimit-limit"), Some("3"));
    assert_eq!(limited.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(limited.header("retry-after"), None);
    emulator.change_settings(|settings| {
        settings.rate_limits = Some(RateLimits {
            per_minute: 0,
            writes_per_day: 1,
            ..RateLimits::default()
        });
    });
    assert_eq!(client.post(WEBHOOKS, &webhook("a")).await.status, 200);
    let limited = client.post(WEBHOOKS, &webhook("b")).await;
    assert_eq!(limited.status, 429);
    let seconds: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=86_401).contains(&seconds));
    assert!(limited.header("x-ratelimit-reset").is_some());
    assert_eq!(
        client.delete("/api/2.0/settings/webhook/1").await.status,
        200
    );
}

/// The rate is low enough for two requests to come in one interval on any machine.
#[tokio::test]
async fn an_nginx_before_the_portal_refuses_what_comes_too_early() {
    let mut config = Config::offline();
    config.settings.limit_req = Some(LimitReq {
        rate: 0.001,
        burst: 1,
        nodelay: true,
        status: 429,
        retry_after: RetryAfter::Seconds(7),
    });
    let (emulator, client) = start(config).await;
    assert_eq!(client.post(WEBHOOKS, &webhook("a")).await.status, 200);
    assert_eq!(client.get(WEBHOOKS).await.status, 200);
    let refused = client.post(WEBHOOKS, &webhook("b")).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("7"));
    assert_eq!(refused.header("content-type"), Some("text/html"));
    assert_eq!(emulator.webhooks().len(), 1);
    emulator.change_settings(|settings| settings.limit_req = Some(LimitReq::default()));
    emulator.reset();
    assert_eq!(
        client.get(WEBHOOKS).await.status,
        200,
        "the bucket is empty"
    );
}

#[tokio::test]
async fn retries_of_deliveries_are_limited_per_path() {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits::default());
    let (_emulator, client) = start(config).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let reply = client
            .put("/api/2.0/settings/webhook/retry", &json!({"ids": []}))
            .await;
        statuses.push(reply.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
}

#[tokio::test]
async fn too_many_writes_at_once_are_limited() {
    let mut config = Config::offline();
    config.settings.rate_limits = Some(RateLimits {
        concurrent_writes: 1,
        ..RateLimits::default()
    });
    // Whoever is admitted stays, so exactly one of two is answered.
    config.settings.latency_ms = 600_000;
    let (emulator, client) = start(config).await;
    let mut running = tokio::task::JoinSet::new();
    for name in ["a", "b"] {
        let client = client.clone();
        running.spawn(async move { client.post(WEBHOOKS, &webhook(name)).await });
    }
    let limited = running.join_next().await.unwrap().unwrap();
    assert_eq!(limited.status, 429);
    assert_eq!(limited.header("x-ratelimit-limit"), Some("1"));
    assert_eq!(emulator.request_summary().in_flight, 1);
    emulator.shutdown().await;
    let admitted = running.join_next().await.unwrap().unwrap();
    assert_eq!(admitted.status, 200);
}

#[tokio::test]
async fn a_portal_with_a_certificate_speaks_https() {
    let identity = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let config = Config {
        tls: Some(docspace_emulator::TlsIdentity {
            certificate_chain: identity.cert.pem().into_bytes(),
            private_key: identity.signing_key.serialize_pem().into_bytes().into(),
        }),
        ..Config::offline()
    };
    let emulator = Emulator::start(config).await.unwrap();
    let url = emulator.base_url().replace("127.0.0.1", "localhost");
    assert!(url.starts_with("https://"));
    let trusted = reqwest::Certificate::from_pem(identity.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .no_proxy()
        .add_root_certificate(trusted)
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .unwrap();
    let reply = client
        .get(format!("{url}{WEBHOOKS}"))
        .bearer_auth(emulator.api_key())
        .send()
        .await
        .unwrap();
    let body: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
    assert_eq!(body["links"][0]["href"], format!("{url}{WEBHOOKS}"));
}
