//! `cargo xtask demo`: a webhook's life with the real CLI, on this machine alone (product §10).
//!
//! `portal` and `receiver` are the scenery, `stage` runs the CLI, `picture` draws what was shown, and the acts are
//! here. Every act says what it proves and fails the demo if that does not hold.

mod picture;
mod portal;
mod receiver;
mod stage;

use std::ffi::OsString;
use std::io::Read as _;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use self::portal::{API_KEY, Portal};
use self::receiver::{Receiver, SIGNATURE};
use self::stage::{Show, Stage};
use crate::interrupt::Interrupted;
use xtask::cli::{Cli, Sandbox};
use xtask::screen::Screen;
use xtask::workspace;

/// The webhook of `examples/quickstart`.
const ADDRESS: &str = "docspace_webhook.uploads";
/// How long the delivery of an event may take, and a slow machine with it.
const DELIVERY_LIMIT: Duration = Duration::from_secs(30);
/// The bits of the triggers in use (API §5.2).
const FILE_UPLOADED: i64 = 1 << 8;
const ROOM_CREATED: i64 = 1 << 22;

/// Runs the verb.
pub(crate) fn run(args: Vec<OsString>) -> Result<ExitCode> {
    let (mut keep, mut is_verbose, mut picture) = (false, false, None);
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            lexopt::Arg::Long("keep") => keep = true,
            lexopt::Arg::Long("verbose") => is_verbose = true,
            lexopt::Arg::Long("picture") => picture = Some(parser.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut demo = Demo::set_up(is_verbose)?;
    let played = demo.play();
    if keep && played.is_ok() {
        demo.explore()?;
    }
    let mut screen = std::mem::replace(&mut demo.stage.screen, Screen::new());
    let left = demo.strike();
    if let Err(error) = played.and(left) {
        screen.bad(&format!("{error:#}"))?;
        screen.text("The demo has not come to its end. All it started has been taken down.")?;
        return Ok(ExitCode::FAILURE);
    }
    what_next(&mut screen)?;
    if let Some(file) = picture {
        std::fs::write(&file, picture::draw(screen.shown()))
            .with_context(|| format!("could not write {}", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The demo with its scenery.
struct Demo {
    stage: Stage,
    portal: Portal,
    receiver: Receiver,
    secret: String,
}

impl Demo {
    fn set_up(is_verbose: bool) -> Result<Self> {
        let target = workspace::target()?;
        let cli = Cli::find(&target)?;
        let version = cli.version()?;
        let name = match cli.path.file_stem().and_then(|name| name.to_str()) {
            Some(name) if name.contains("tofu") => "tofu",
            _ => "terraform",
        };
        let mut screen = Screen::new();
        screen.heading(&format!("A webhook's life, with {name} {version}"))?;
        screen.heading("1  Build the provider")?;
        let provider = workspace::build(workspace::PROVIDER)?;
        screen.good("built; the CLI takes it from here by a development override, without init")?;
        let runtime = Runtime::new()?;
        let interrupted = Interrupted::watch(&runtime)?;
        let receiver = runtime.block_on(Receiver::start())?;
        let portal = Portal::start(runtime)?;
        let secret = new_secret()?;
        let mut sandbox = Sandbox::new(cli, &target, &provider)?;
        sandbox.set("DOCSPACE_BASE_URL", portal.base_url());
        sandbox.set("DOCSPACE_API_KEY", API_KEY);
        sandbox.set("TF_VAR_receiver_uri", &receiver.uri);
        sandbox.set("TF_VAR_webhook_secret", &secret);
        stage::set(
            &workspace::root().join("examples/quickstart"),
            &sandbox.work(),
        )?;
        screen.heading("2  Start a portal and a receiver on this machine")?;
        screen.line(&format!(
            "portal    {}  (emulated DocSpace 3.7)",
            portal.base_url()
        ))?;
        screen.line(&format!("receiver  {}", receiver.uri))?;
        screen.line(&format!(
            "control   {}  (what happens in the portal)",
            portal.control_url()
        ))?;
        screen.line("config    examples/quickstart/main.tf")?;
        Ok(Self {
            stage: Stage {
                sandbox,
                screen,
                interrupted,
                name: name.to_owned(),
                is_verbose,
            },
            portal,
            receiver,
            secret,
        })
    }

    fn play(&mut self) -> Result<()> {
        self.plan()?;
        let id = self.apply()?;
        self.deliver()?;
        self.update(id)?;
        self.repair_drift(id)?;
        self.import(id)?;
        self.destroy()
    }

    fn plan(&mut self) -> Result<()> {
        self.stage.act("3  Plan: see what would happen")?;
        let has_changes = self.stage.plan()?;
        self.stage
            .prove("the plan proposes the webhook", has_changes)?;
        let writes = self.portal.writes();
        self.stage
            .prove("planning changes nothing on the portal", writes.is_empty())
    }

    fn apply(&mut self) -> Result<i32> {
        self.stage.act("4  Apply: create the webhook")?;
        self.stage.apply(Show::Progress)?;
        let writes = self.portal.writes();
        let webhook = self.the_webhook()?;
        self.stage
            .line("The portal stores it so (GET /api/2.0/settings/webhook):")?;
        for field in ["id", "name", "uri", "enabled", "ssl", "triggers"] {
            let value = webhook.get(field).unwrap_or(&Value::Null);
            self.stage.screen.quote(&format!("{field:<9}{value}"))?;
        }
        self.stage.prove(
            "it took one POST, and one PUT for ssl = false, which no POST stores",
            writes
                == [
                    "POST /api/2.0/settings/webhook",
                    "PUT /api/2.0/settings/webhook",
                ],
        )?;
        let triggers = webhook.get("triggers").and_then(Value::as_i64);
        self.stage.prove(
            "FileUploaded is the bit 256 on the wire",
            triggers == Some(FILE_UPLOADED),
        )?;
        let id = webhook.get("id").and_then(Value::as_i64);
        let id = id
            .and_then(|id| i32::try_from(id).ok())
            .context("the webhook has no id")?;
        self.stage.prove(
            "the secret is on the portal, and the API never tells it",
            self.portal.has_secret(id, &self.secret) && !webhook.to_string().contains(&self.secret),
        )?;
        let has_changes = self.stage.plan()?;
        self.stage.prove("a second plan is empty", !has_changes)?;
        Ok(id)
    }

    fn deliver(&mut self) -> Result<()> {
        self.stage.act("5  Event: somebody uploads a file")?;
        self.control("POST", "/events", &json!({"trigger": "FileUploaded"}))?;
        let delivery = self.receiver.next(DELIVERY_LIMIT)?;
        let event = delivery.json()?;
        self.stage.line("The receiver gets:")?;
        self.stage
            .screen
            .quote(&format!("POST {}", self.receiver.uri))?;
        self.stage
            .screen
            .quote(&format!("{SIGNATURE}: {}", delivery.signature))?;
        for field in ["/event/trigger", "/payload/title", "/webhook/name"] {
            let value = event.pointer(field).unwrap_or(&Value::Null);
            self.stage.screen.quote(&format!("{field:<16}{value}"))?;
        }
        self.stage.prove(
            "the signature is that of the configured secret, over the exact body",
            delivery.is_signed_with(&self.secret),
        )?;
        let is_signed_with_another = delivery.is_signed_with("another-secret");
        self.stage
            .prove("and not that of another secret", !is_signed_with_another)
    }

    fn update(&mut self, id: i32) -> Result<()> {
        self.stage.act("6  Change: hear of new rooms too")?;
        let triggers = r#"["FileUploaded","RoomCreated"]"#;
        self.stage.line(&format!("triggers = {triggers}"))?;
        self.stage.sandbox.set("TF_VAR_triggers", triggers);
        self.stage.apply(Show::Changes)?;
        let webhook = self.the_webhook()?;
        let writes = self.portal.writes();
        self.stage.prove(
            "the webhook is changed in place, with one PUT: same id, same history",
            is_number(&webhook, "id", i64::from(id)) && writes == ["PUT /api/2.0/settings/webhook"],
        )?;
        self.stage.prove(
            "the secret was not sent again, and the portal has kept it",
            self.portal.has_secret(id, &self.secret),
        )?;
        let mask = FILE_UPLOADED | ROOM_CREATED;
        let claim = format!("the portal stores both triggers as {mask}");
        self.stage
            .prove(&claim, is_number(&webhook, "triggers", mask))
    }

    fn repair_drift(&mut self, id: i32) -> Result<()> {
        self.stage
            .act("7  Drift: somebody switches the webhook off in the portal")?;
        self.control(
            "PATCH",
            &format!("/webhooks/{id}"),
            &json!({"enabled": false}),
        )?;
        let has_changes = self.stage.plan()?;
        self.stage.prove("the plan shows it", has_changes)?;
        self.stage.apply(Show::Progress)?;
        let webhook = self.the_webhook()?;
        let is_enabled = webhook.get("enabled") == Some(&Value::Bool(true));
        self.stage.prove("the webhook is on again", is_enabled)?;
        let has_changes = self.stage.plan()?;
        self.stage.prove("and the next plan is empty", !has_changes)
    }

    fn import(&mut self, id: i32) -> Result<()> {
        self.stage
            .act("8  Import: the state is lost, the webhook is not")?;
        let work = self.stage.sandbox.work();
        for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
            std::fs::remove_file(work.join(file)).with_context(|| format!("no {file}"))?;
        }
        self.stage.screen.command("rm terraform.tfstate*")?;
        self.portal.writes();
        self.stage.import(ADDRESS, &id.to_string())?;
        let state = self.stage.state(ADDRESS)?;
        self.stage.prove(
            "the webhook is managed again, read from the portal alone",
            state.get("id") == Some(&json!(id.to_string())),
        )?;
        self.stage
            .line("The portal never tells the secret, so the next apply sends it once:")?;
        self.stage.apply(Show::Changes)?;
        let writes = self.portal.writes();
        self.stage.prove(
            "nothing was created twice: one PUT, no POST",
            writes == ["PUT /api/2.0/settings/webhook"],
        )?;
        let has_changes = self.stage.plan()?;
        self.stage.prove("and the next plan is empty", !has_changes)
    }

    fn destroy(&mut self) -> Result<()> {
        self.stage.act("9  Destroy: leave nothing")?;
        self.stage.destroy()?;
        let webhooks = self.portal.webhooks()?;
        self.stage
            .prove("the portal has no webhook left", webhooks.is_empty())?;
        let state = self.stage.state(ADDRESS)?;
        self.stage.prove("the state is empty", state.is_null())
    }

    /// Keeps the scenery until the viewer has seen enough.
    fn explore(&mut self) -> Result<()> {
        let work = self.stage.sandbox.work();
        let screen = &mut self.stage.screen;
        screen.heading("Still running, to explore")?;
        screen.text("Another terminal can use this portal. Its settings are:")?;
        let base_url = self.portal.base_url();
        screen.command(&format!("export DOCSPACE_BASE_URL={base_url}"))?;
        screen.line(&format!("$ export DOCSPACE_API_KEY={API_KEY}"))?;
        screen.command(&format!("export TF_VAR_receiver_uri={}", self.receiver.uri))?;
        screen.command("cargo xtask tf -- -chdir=examples/quickstart apply")?;
        let control = self.portal.control_url();
        screen.text("What the portal can be made to do, and what it was asked:")?;
        screen.command(&format!(
            "curl -d '{{\"trigger\":\"FileUploaded\"}}' {control}/events"
        ))?;
        screen.command(&format!("curl {control}/requests"))?;
        screen.line(&format!("configuration  {}", work.display()))?;
        screen.text("Press Enter to end it.")?;
        let interrupted = self.stage.interrupted.clone();
        let (sender, entered) = channel::<()>();
        std::thread::spawn(move || {
            // The end of the input is as good as Enter.
            drop(std::io::stdin().read(&mut [0; 1]));
            drop(sender);
        });
        let pause = Duration::from_millis(100);
        while entered.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            if interrupted.has_come() {
                break;
            }
        }
        Ok(())
    }

    /// Takes everything down, and checks whether that worked.
    fn strike(self) -> Result<()> {
        let root = self.stage.sandbox.root();
        drop(self);
        if root.exists() {
            bail!("{} could not be removed", root.display());
        }
        let left = processes_of(&root);
        if !left.is_empty() {
            bail!("still running: {left:?}");
        }
        Ok(())
    }

    fn the_webhook(&self) -> Result<Value> {
        let mut webhooks = self.portal.webhooks()?;
        match (webhooks.pop(), webhooks.pop()) {
            (Some(webhook), None) => Ok(webhook),
            (found, _) => bail!("expected one webhook on the portal, found {found:?} and others"),
        }
    }

    fn control(&mut self, method: &str, path: &str, body: &Value) -> Result<()> {
        let flag = if method == "POST" {
            String::new()
        } else {
            format!("-X {method} ")
        };
        let control = self.portal.control_url();
        self.stage
            .screen
            .command(&format!("curl {flag}-d '{body}' {control}{path}"))?;
        self.portal.control(method, path, body).map(drop)
    }
}

fn is_number(webhook: &Value, field: &str, number: i64) -> bool {
    webhook.get(field).and_then(Value::as_i64) == Some(number)
}

/// A secret that satisfies a strict password policy (API §7.2): all four kinds of characters.
fn new_secret() -> Result<String> {
    let random = getrandom::u64().context("no random numbers")?;
    Ok(format!("Demo-{random:016x}"))
}

/// The processes whose program lies in a directory, where the system tells.
fn processes_of(root: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|process| std::fs::read_link(process.path().join("exe")).ok())
        .filter(|program| program.starts_with(root))
        .collect()
}

fn what_next(screen: &mut Screen) -> Result<()> {
    screen.heading("Everything held, and nothing was left behind. Your own portal:")?;
    screen.text(
        "1. In the portal's settings, under Developer Tools, make an API key. It needs the scope \
         *:write to apply; *:read is enough to plan.",
    )?;
    screen.text("2. Then, with a receiver that answers the portal's HEAD request with 200:")?;
    screen.command("export DOCSPACE_BASE_URL=https://yourportal.onlyoffice.com")?;
    screen.command("export DOCSPACE_API_KEY=sk-...")?;
    screen.command("cd examples/quickstart")?;
    screen.command("cargo xtask tf -- apply -var receiver_uri=https://...")?;
    screen.text(
        "README.md shows the configuration, and cargo xtask demo --keep lets you try it here.",
    )?;
    Ok(())
}
