//! The guides about pipelines, several portals, several teams and many webhooks: their configurations
//! and commands, as they stand there.

use docspace_emulator::{Config, Emulator, NewWebhook, Role, User, WebhookPatch};

use crate::guides::{block, script};
use crate::harness::{Case, Recorder, Run, Webhook, needs, start};

const SECRET: &str = "Planned-Secret-1";
const USER: &str = "5d76b349-db61-4485-a15e-1e62e5d2933c";

/// The host and port of a portal, as `allowed_portals` names it.
fn host(portal: &Emulator) -> String {
    portal.base_url().replace("http://", "")
}

/// A case with the configuration of the guide on pipelines, a key that only reads in the environment,
/// and the script of the job that plans.
fn pipeline() -> Case {
    let reader = User::new(USER, Role::Admin);
    let mut case = Case::with(Config::offline().with_caller(reader, "sk-readonly", &["*:read"]));
    let configuration = block("pipelines", "provider \"docspace\" {");
    case.write(
        "main.tf",
        configuration.replace("yourportal.onlyoffice.com", &host(&case.portal)),
    );
    case.set("TF_VAR_webhook_secret", SECRET);
    case.set("DOCSPACE_API_KEY", "sk-readonly");
    case
}

/// Gives the key of the portal's owner to every command to come.
fn as_owner(case: &mut Case) {
    let key = case.portal.api_key().to_owned();
    case.set("DOCSPACE_API_KEY", &key);
}

/// Runs the job that plans.
#[track_caller]
fn plan(case: &Case) -> Run {
    case.shell(&script(&block(
        "pipelines",
        "terraform init -input=false -lockfile=readonly",
    )))
}

/// The commands of the job that applies.
fn apply() -> String {
    let commands = block("pipelines", "terraform apply -input=false webhooks.tfplan");
    script(&commands)
}

#[test]
fn one_job_plans_with_a_key_that_only_reads_and_another_applies() {
    needs!("1.11", "a write-only argument");
    let mut case = pipeline();
    plan(&case).succeeds().says("To be approved.");
    case.shell(&block(
        "pipelines",
        "terraform show -no-color webhooks.tfplan",
    ))
    .succeeds()
    .says("docspace_webhook.uploads will be created")
    .hides(SECRET);
    case.shell(&apply())
        .fails()
        .errs("Could not create the webhook: key lacks the scope");
    assert!(case.portal.webhooks().is_empty());

    plan(&case).succeeds();
    as_owner(&mut case);
    case.shell(&format!("unset TF_VAR_webhook_secret\n{}", apply()))
        .fails()
        .errs("No value for required variable");
    assert!(case.portal.webhooks().is_empty());
    case.shell(&apply()).succeeds();
    assert!(case.portal.secret_is(1, SECRET));
}

#[test]
fn with_a_version_the_job_that_plans_needs_no_real_secret() {
    needs!("1.11", "a write-only argument");
    let mut case = pipeline();
    case.set("TF_VAR_webhook_secret", "Placeholder-0");
    plan(&case).succeeds();
    as_owner(&mut case);
    case.set("TF_VAR_webhook_secret", SECRET);
    case.shell(&apply()).succeeds();
    assert!(case.portal.secret_is(1, SECRET));
    case.set("TF_VAR_webhook_secret", "Placeholder-0");
    plan(&case).succeeds().says("Nothing to apply.");
}

#[test]
fn a_nightly_plan_tells_what_somebody_has_changed() {
    needs!("1.11", "a write-only argument");
    let mut case = pipeline();
    as_owner(&mut case);
    case.apply().succeeds();
    case.set("DOCSPACE_API_KEY", "sk-readonly");
    plan(&case).succeeds().says("Nothing to apply.");
    let nightly = block(
        "pipelines",
        "terraform plan -input=false -detailed-exitcode -lock=false",
    );
    case.shell(&nightly).finds_no_changes();
    let switched_off = WebhookPatch {
        enabled: Some(false),
        ..WebhookPatch::default()
    };
    case.portal.patch_webhook(1, switched_off);
    case.shell(&nightly).proposes(0, 1, 0);
}

/// Why the guide advises against a default.
#[test]
fn a_default_of_an_ephemeral_variable_is_applied_by_opentofu_and_refused_by_terraform() {
    needs!("1.11", "an ephemeral variable");
    let mut case = pipeline();
    as_owner(&mut case);
    let text = String::from_utf8(case.read("main.tf")).unwrap();
    let with_default = "ephemeral = true\n  default   = \"Default-Secret-2\"";
    assert!(text.contains("ephemeral = true # and without a default"));
    case.write(
        "main.tf",
        text.replace("ephemeral = true # and without a default", with_default),
    );
    plan(&case).succeeds();
    let applied = case.shell(&format!("unset TF_VAR_webhook_secret\n{}", apply()));
    if case.run(&["version"]).stdout().starts_with("OpenTofu") {
        applied.succeeds();
        assert!(case.portal.secret_is(1, "Default-Secret-2"));
    } else {
        applied.fails().errs("No value for required variable");
        assert!(case.portal.webhooks().is_empty());
    }
}

#[test]
fn a_plan_holds_sensitive_variables_and_no_ephemeral_ones() {
    needs!("1.11", "an ephemeral variable");
    let mut case = pipeline();
    let more = "variable \"stored\" {\n  type = string\n  sensitive = true\n}\n\
                resource \"docspace_webhook\" \"stored\" {\n  name = \"stored\"\n  uri = \"https://example.com/\"\n  \
                triggers = [\"All\"]\n  secret_key = var.stored\n}\n";
    case.write("more.tf", more);
    case.set("TF_VAR_stored", "Stored-Secret-3");
    plan(&case).succeeds();
    let plan = case.run(&["show", "-json", "webhooks.tfplan"]).succeeds();
    let plan = plan.hides(SECRET).hides("sk-readonly");
    assert!(plan.stdout().contains("Stored-Secret-3"));
}

/// The provider blocks of the guide on several portals, for these two.
fn aliases(case: &Case, staging: &Emulator) -> String {
    let text = block("several-portals", "variable \"production_api_key\" {");
    text.replace("https://yourportal.onlyoffice.com", &case.portal.base_url())
        .replace("yourportal.onlyoffice.com", &host(&case.portal))
        .replace("https://staging.onlyoffice.com", &staging.base_url())
        .replace("staging.onlyoffice.com", &host(staging))
}

/// A case that has two portals, and nothing about either in its environment.
fn two_portals() -> (Case, Emulator) {
    let mut case = Case::new();
    let staging = start(Config {
        api_key: "sk-of-the-staging-portal".to_owned().into(),
        ..Config::offline()
    });
    let production = case.portal.api_key().to_owned();
    case.set("TF_VAR_production_api_key", &production);
    case.set("TF_VAR_staging_api_key", staging.api_key());
    case.set("DOCSPACE_BASE_URL", "");
    case.set("DOCSPACE_API_KEY", "");
    (case, staging)
}

#[test]
fn each_alias_manages_its_own_portal_and_what_forgets_its_alias_reaches_none() {
    needs!("1.11", "an ephemeral variable");
    let (case, staging) = two_portals();
    let text = aliases(&case, &staging);
    case.write("main.tf", &text);
    case.apply().succeeds_silently().hides(staging.api_key());
    let uri = |portal: &Emulator| portal.webhooks()[0].uri.clone();
    assert_eq!(
        uri(&case.portal),
        "https://hooks.example.com/docspace/uploads"
    );
    assert_eq!(
        uri(&staging),
        "https://staging.example.com/docspace/uploads"
    );
    case.plan().finds_no_changes();
    case.write(
        "main.tf",
        text.replace("  provider = docspace.staging\n", ""),
    );
    case.plan().fails().errs("Missing base_url");
    case.write("main.tf", text);
    case.destroy().succeeds();
}

#[test]
fn a_module_is_told_its_portal() {
    needs!("1.11", "an ephemeral variable");
    let (case, staging) = two_portals();
    let text = aliases(&case, &staging);
    let (providers, _) = text.split_once("resource \"docspace_webhook\"").unwrap();
    let modules = block("several-portals", "module \"production\" {");
    std::fs::create_dir(case.path("webhooks")).unwrap();
    let module = [
        String::from_utf8(case.read("versions.tf")).unwrap(),
        Webhook::new("ci").to_string(),
    ];
    case.write("webhooks/main.tf", module.concat());
    case.write("main.tf", format!("{providers}{modules}"));
    case.run(&["get"]).succeeds();
    case.apply().succeeds_silently();
    assert_eq!(case.portal.webhooks().len(), 1);
    assert_eq!(staging.webhooks().len(), 1);
    case.plan().finds_no_changes();
}

#[test]
fn a_state_of_one_portal_is_of_no_use_in_the_shell_of_another() {
    let mut case = Case::new();
    let configuration = block("several-portals", "variable \"portal\" {");
    case.write("main.tf", format!("{configuration}{}", Webhook::new("ci")));
    case.set("TF_VAR_portal", &host(&case.portal));
    case.apply().succeeds_silently();
    case.take_requests();
    case.set("TF_VAR_portal", "staging.onlyoffice.com");
    case.plan().fails().errs("Portal is not allowed");
    case.has_requested(&[]);
}

#[test]
fn two_teams_with_users_of_their_own_leave_each_other_alone() {
    let sales = User::new(USER, Role::User);
    let mut case = Case::with(Config::offline().with_caller(sales, "sk-of-sales", &[]));
    case.portal.create_webhook(NewWebhook {
        name: "support: uploads".to_owned(),
        ..NewWebhook::default()
    });
    case.set("DOCSPACE_API_KEY", "sk-of-sales");
    let configuration = block("several-portals", "data \"docspace_webhooks\" \"ours\" {");
    case.write("main.tf", &configuration);
    case.apply().succeeds();
    case.plan().finds_no_changes();
    let found = case.attributes("docspace_webhook.uploads");
    assert_eq!(found["name"], "sales: uploads");
    let theirs = configuration.replace("\"uploads\"", "\"theirs\"");
    case.write("theirs.tf", theirs.split_once("\n\n").unwrap().1);
    case.import("docspace_webhook.theirs", "1").fails();
    case.remove("theirs.tf");
    case.destroy().succeeds();
    let left: Vec<String> = case.portal.webhooks().into_iter().map(|w| w.name).collect();
    assert_eq!(left, ["support: uploads"]);
}

#[test]
fn many_webhooks_are_adopted_without_a_query() {
    needs!("1.7", "an import block with for_each");
    let case = Case::new();
    for (name, enabled) in [("CI events", true), ("CI audit", false), ("Other", true)] {
        case.portal.create_webhook(NewWebhook {
            name: name.to_owned(),
            triggers: 384,
            enabled,
            ..NewWebhook::default()
        });
    }
    let guide = "adopting-existing-webhooks";
    let first = block(guide, "data \"docspace_webhooks\" \"found\" {");
    case.write("main.tf", &first);
    let commands = script(&block(
        guide,
        "terraform output -json webhooks > webhooks.json",
    ));
    case.shell(&commands)
        .succeeds()
        .says("2 imported, 0 added, 0 changed, 0 destroyed");
    let (_, resource) = first.split_once("resource \"docspace_webhook\"").unwrap();
    let (resource, _) = resource.split_once("\noutput ").unwrap();
    let locals = block(guide, "locals {");
    case.write(
        "main.tf",
        format!("{locals}\nresource \"docspace_webhook\"{resource}"),
    );
    case.apply()
        .succeeds_silently()
        .says("0 added, 0 changed, 0 destroyed");
    case.plan().finds_no_changes();
    case.portal.delete_webhook(1).unwrap();
    case.plan().proposes(1, 0, 0);
}

/// What the guide on rotation promises a vault; a second webhook takes the vault's place here.
#[test]
fn a_generated_secret_is_the_same_for_all_that_take_it_in_one_apply() {
    needs!("1.11", "a write-only argument");
    let mut case = Case::new();
    let recorder = Recorder::in_front_of(&case.portal);
    case.set("DOCSPACE_BASE_URL", &recorder.base_url());
    let text = block("rotating-secrets", "locals {");
    let (before, vault) = text.split_once("resource \"vault_kv_secret_v2\"").unwrap();
    let (_, webhook) = vault.split_once("\n}\n").unwrap();
    let other = webhook.replace("\"uploads\" {", "\"vault\" {");
    let other = other.replace("My file upload webhook", "In place of a vault");
    case.write("main.tf", format!("{before}{webhook}{other}"));
    case.apply().succeeds_silently();
    let secrets: Vec<String> = recorder
        .requests("POST ")
        .iter()
        .map(|post| serde_json::from_str::<serde_json::Value>(&post.body).unwrap())
        .map(|body| body["secretKey"].as_str().unwrap().to_owned())
        .collect();
    let [one, another] = secrets.as_slice() else {
        panic!("{} webhooks were created", secrets.len());
    };
    assert_eq!(one.len(), 30);
    assert!(one == another);
    case.plan().finds_no_changes();
}
