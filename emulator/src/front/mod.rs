//! What every request meets before a noun answers it, and what every answer has in common.

pub(crate) mod answer;
pub(crate) mod authentication;
pub(crate) mod binding;
pub(crate) mod call;
pub(crate) mod fields;
pub(crate) mod gzip;
pub(crate) mod json;
pub(crate) mod limit_req;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod outcome;
pub(crate) mod paging;
pub(crate) mod path;
pub(crate) mod pipeline;
pub(crate) mod route;
pub(crate) mod routing;
pub(crate) mod scopes;
pub(crate) mod server;
pub(crate) mod tls;
