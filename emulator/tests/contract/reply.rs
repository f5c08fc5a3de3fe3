use std::collections::BTreeMap;

use serde_json::Value;

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The `response` of a success.
    pub(crate) fn response(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["response"].clone()
    }

    /// Asserts an error in the shape E2 (API §8.1) and returns its message.
    pub(crate) fn handler_error(&self, status: u16, type_name: &str) -> String {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], 1);
        assert_eq!(body["statusCode"], status);
        assert_eq!(body["error"]["type"], type_name, "{self:?}");
        assert!(body["error"]["hresult"].is_i64());
        assert!(body["error"]["stack"].is_string());
        body["error"]["message"].as_str().unwrap().to_owned()
    }

    /// Asserts an error in the shape E3 (API §8.1) with this key and returns the key's first sentence.
    pub(crate) fn validation_error(&self, key: &str) -> String {
        assert_eq!(self.status, 400, "{self:?}");
        let body = self.json();
        assert_eq!(body["response"]["status"], 400);
        assert_eq!(
            body["response"]["title"],
            "One or more validation errors occurred."
        );
        let errors = &body["response"]["errors"];
        errors[key][0]
            .as_str()
            .unwrap_or_else(|| panic!("no {key:?} in {errors}"))
            .to_owned()
    }

    /// A header, if it was sent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Sends a request and reads the whole answer.
pub(crate) async fn finish(request: reqwest::RequestBuilder) -> Reply {
    let answer = request.send().await.expect("an answer");
    Reply {
        status: answer.status().as_u16(),
        headers: answer
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = value.to_str().unwrap_or_default();
                (name.to_string(), value.to_owned())
            })
            .collect(),
        text: answer.text().await.expect("a body"),
    }
}
