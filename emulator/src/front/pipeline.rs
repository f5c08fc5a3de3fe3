//! The life of one request: log, faults, the portal's common front (API §7), the endpoint.
//!
//! A request is handled in a task of its own: the portal finishes what it has begun even when the client has left.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::header::{ACCEPT, ALLOW, HOST, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::account::Caller;
use crate::config::{PortalState, Settings};
use crate::faults::rules::{Fault, FaultAction, FaultStage};
use crate::faults::sabotage;
use crate::front::answer::{Answer, HandlerError, Refusal, RequestFacts};
use crate::front::authentication::{self, Authentication, Verdict};
use crate::front::call::Call;
use crate::front::gzip;
use crate::front::limits::{Exceeded, Permit};
use crate::front::log::Arrival;
use crate::front::outcome::Outcome;
use crate::front::path;
use crate::front::route::{Access, Route};
use crate::front::routing::{self, Routed};
use crate::front::scopes;
use crate::locks::lock;
use crate::nouns::served;
use crate::portal::Portal;
use crate::profile::Profile;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Handles a request from arrival to outcome, and records it.
pub(crate) async fn exchange(portal: Arc<Portal>, parts: Parts, body: Bytes) -> Outcome {
    let settings = portal.settings.current();
    let path = parts.uri.path();
    let routed = routing::find(
        served::routes(&portal.nouns),
        &parts.method,
        path,
        settings.profile,
    );
    let sequence = portal.next_sequence();
    let mut pending = portal.log.begin(Arrival {
        sequence,
        method: &parts.method,
        path: parts
            .uri
            .path_and_query()
            .map_or_else(|| path.to_owned(), ToString::to_string),
        route: routed.label(&parts.method, path),
        headers: &parts.headers,
        body: &body,
    });
    let fault = portal.faults.choose(&parts.method, path);
    if let Some((id, _)) = &fault {
        pending.set_fault(*id);
    }
    let fault = fault.map(|(_, fault)| fault);
    let facts = facts(&parts, sequence, portal.scheme);
    let request = Received {
        settings,
        routed,
        facts,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        path: path.to_owned(),
        headers: parts.headers,
        body,
    };
    let takes_gzip = gzip::is_taken(&request.headers);
    let mut outcome = run(&portal, fault, request).await;
    if takes_gzip {
        outcome = outcome.map(gzip::pack);
    }
    if let Some((status, bytes)) = outcome.sent() {
        pending.finish(status, bytes);
    }
    outcome
}

/// A request that has arrived completely.
struct Received {
    settings: Arc<Settings>,
    routed: Routed,
    facts: RequestFacts,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

async fn run(portal: &Arc<Portal>, fault: Option<Fault>, request: Received) -> Outcome {
    if let Some(limit) = &request.settings.limit_req {
        match portal.limit_req.admit(limit) {
            Some(held) => wait(portal, held).await,
            None => return Outcome::Answer(limit.refusal()),
        }
    }
    let facts = request.facts.clone();
    let stage = fault.as_ref().map(Fault::stage);
    if let (Some(fault), Some(FaultStage::Before)) = (&fault, stage) {
        wait(portal, Duration::from_millis(fault.delay_ms)).await;
        if fault.action != FaultAction::Pass {
            return sabotage::replace(&fault.action, &facts);
        }
    }
    let answer = respond(portal, request).await;
    match fault {
        Some(fault) if stage == Some(FaultStage::After) => {
            wait(portal, Duration::from_millis(fault.delay_ms)).await;
            sabotage::spoil(&fault.action, answer, &facts)
        }
        _ => Outcome::Answer(answer),
    }
}

/// Waits, but not past the emulator's own end.
async fn wait(portal: &Portal, time: Duration) {
    if !time.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = portal.shutdown.cancelled() => {}
        }
    }
}

fn facts(parts: &Parts, sequence: u64, scheme: &str) -> RequestFacts {
    let header = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let origin = format!("{scheme}://{}", header(HOST));
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    RequestFacts {
        method: parts.method.clone(),
        href: format!("{origin}{target}"),
        origin,
        sequence,
        accepts_json: header(ACCEPT).contains("json"),
    }
}

/// Everything after faults: authentication, rate limits, routing, the front, the endpoint.
async fn respond(portal: &Arc<Portal>, request: Received) -> Answer {
    let profile = request.settings.profile;
    let who = authenticate(portal, &request.headers, profile);
    let _permit = match admit(portal, &request, &who) {
        Ok(permit) => permit,
        Err(exceeded) => return with_credential_headers(exceeded.into_answer(), &who),
    };
    let started = Instant::now();
    wait(portal, Duration::from_millis(request.settings.latency_ms)).await;
    let answer = handle(portal, request, &who).await;
    portal.catch_up().await;
    with_credential_headers(timed(answer, started.elapsed()), &who)
}

fn authenticate(portal: &Portal, headers: &HeaderMap, profile: Profile) -> Authentication {
    let users = lock(&portal.nouns.people.users);
    let mut credentials = lock(&portal.nouns.keys.credentials);
    authentication::authenticate(headers, &users, &mut credentials, profile)
}

/// A success tells how long it took (API §16 O11).
fn timed(answer: Answer, took: Duration) -> Answer {
    let text = format!("total;dur={:.1}", took.as_secs_f64() * 1000.0);
    match HeaderValue::from_str(&text) {
        Ok(value) if answer.status == StatusCode::OK => answer.with_header(SERVER_TIMING, value),
        _ => answer,
    }
}

/// Counts the request where rate limits are on; anonymous callers share one count.
fn admit<'a>(
    portal: &'a Portal,
    request: &Received,
    who: &Authentication,
) -> Result<Option<Permit<'a>>, Exceeded> {
    let Some(limits) = &request.settings.rate_limits else {
        return Ok(None);
    };
    let key = who.caller().map_or("", |caller| caller.user.id.as_str());
    let is_sensitive = matches!(&request.routed, Routed::Found(route, _) if route.is_sensitive);
    let sensitive = is_sensitive.then_some(request.path.as_str());
    portal
        .limiter
        .admit(limits, key, &request.facts.method, sensitive)
        .map(Some)
}

async fn handle(portal: &Arc<Portal>, request: Received, who: &Authentication) -> Answer {
    let Received {
        settings,
        routed,
        facts,
        path,
        query,
        headers,
        body,
    } = request;
    let query = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let result = match routed {
        Routed::Outside => Ok(Answer::html(StatusCode::NOT_FOUND)),
        Routed::Unknown => Err(Refusal::Empty(StatusCode::NOT_FOUND)),
        Routed::WrongMethod(allow, _) => Ok(method_not_allowed(&allow)),
        Routed::Found(route, named) => match front(route, &settings, &path, who) {
            Err(refusal) => Err(refusal),
            Ok(caller) => {
                let call = Call {
                    portal: Arc::clone(portal),
                    settings,
                    facts: facts.clone(),
                    caller,
                    named,
                    query,
                    headers,
                    body,
                };
                route.answer(&call).await
            }
        },
    };
    result.unwrap_or_else(|refusal| refusal.into_answer(&facts))
}

fn method_not_allowed(allow: &str) -> Answer {
    let answer = Answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    match HeaderValue::from_str(allow) {
        Ok(value) => answer.with_header(ALLOW, value),
        Err(_) => answer,
    }
}

/// The common front (API §7): credentials and scope, the portal's state, tariff, address.
fn front(
    route: &Route,
    settings: &Settings,
    path: &str,
    who: &Authentication,
) -> Result<Option<Caller>, Refusal> {
    if settings.portal_state == PortalState::Unknown {
        return Err(unknown_portal(route, who));
    }
    let caller = who.caller();
    if route.access != Access::Anonymous && caller.is_none() {
        return Err(match who.verdict {
            Verdict::NoSubject => {
                let message = "Claim 'sub' is not present in JWT";
                HandlerError::bare(StatusCode::UNAUTHORIZED, message).into()
            }
            _ => Refusal::Empty(StatusCode::UNAUTHORIZED),
        });
    }
    let path = path::below_root(path).unwrap_or_default();
    let lacks_scope = route.access != Access::AnyScope
        && caller.is_some_and(|caller| {
            let (credential, method) = (&caller.credential, &route.method);
            !scopes::open(credential, method, path, settings.profile)
        });
    if lacks_scope {
        return Err(Refusal::Empty(StatusCode::FORBIDDEN));
    }
    if route.serves_in(settings.portal_state) {
        return Ok(caller.cloned());
    }
    match settings.portal_state {
        PortalState::Suspended => Err(Refusal::Problem(StatusCode::NOT_FOUND)),
        PortalState::Busy => Err(Refusal::Problem(StatusCode::FORBIDDEN)),
        PortalState::Unpaid => Err(Refusal::Problem(StatusCode::PAYMENT_REQUIRED)),
        PortalState::IpRestricted if caller.is_some() => Err(Refusal::Restricted),
        PortalState::IpRestricted | PortalState::Active | PortalState::Unknown => {
            Ok(caller.cloned())
        }
    }
}

/// A host name without a portal (API §8.2): no key can be known there.
fn unknown_portal(route: &Route, who: &Authentication) -> Refusal {
    if who.is_api_key {
        HandlerError::unknown_portal().into()
    } else if route.access == Access::Anonymous {
        Refusal::Problem(StatusCode::NOT_FOUND)
    } else {
        Refusal::Empty(StatusCode::UNAUTHORIZED)
    }
}

/// Headers that depend on how the caller authenticated (API §3.1, §8.2).
fn with_credential_headers(answer: Answer, who: &Authentication) -> Answer {
    if who.is_basic {
        return answer.with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
    }
    if who.is_cookie && answer.status == StatusCode::UNAUTHORIZED {
        return answer.with_header(
            SET_COOKIE,
            HeaderValue::from_static(
                "asc_auth_key=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/",
            ),
        );
    }
    answer
}
