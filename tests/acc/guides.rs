//! What the guides show: every block of code and every command is run here or by a test that is named
//! here, or it says why not.
//!
//! Blocks that stand in `examples/` are run by `examples`, and those of receivers by
//! `tests/it/receivers.rs`.

use std::fs;
use std::path::Path;

use docspace_emulator::NewWebhook;
use serde_json::json;

use crate::harness::{Case, needs};

/// Who runs a block: a test of this file, a test elsewhere, or nobody, because of something.
#[derive(Debug, Clone, Copy)]
enum By {
    Here,
    Test(&'static str),
    Nobody(&'static str),
}

/// Every block and command that is not an example, by its guide and its first line.
const BLOCKS: &[(&str, &str, By)] = &[
    (
        "getting-started",
        "export DOCSPACE_BASE_URL=https://yourportal.onlyoffice.com",
        By::Nobody("it is a portal of yours; every test here sets both variables"),
    ),
    ("getting-started", "cargo xtask install", By::Test("readme")),
    (
        "getting-started",
        "cargo xtask uninstall",
        By::Test("readme"),
    ),
    ("getting-started", "terraform init", By::Here),
    (
        "getting-started",
        "cargo xtask install --dir /srv/terraform/providers",
        By::Test("readme"),
    ),
    (
        "getting-started",
        "rustup target add x86_64-unknown-linux-musl",
        By::Test("readme: a_build_for_images… installs what it is given for that target"),
    ),
    (
        "getting-started",
        "provider_installation {",
        By::Test("readme"),
    ),
    (
        "getting-started",
        "terraform providers lock -fs-mirror=/srv/terraform/providers -platform=linux_amd64 \
         -platform=darwin_arm64",
        By::Test("readme, for the platform it runs on"),
    ),
    (
        "getting-started",
        "cargo xtask dist",
        By::Test(
            "readme compares what it packs with what install packs, in xtask/src/install/tests.rs",
        ),
    ),
    ("getting-started", "terraform plan", By::Here),
    (
        "getting-started",
        "terraform destroy -var receiver_uri=https://example.com/webhook-endpoint",
        By::Here,
    ),
    (
        "getting-started",
        "provider \"docspace\" {",
        By::Test("wrong_portal: a_portal_that_is_not_allowed_is_asked_nothing"),
    ),
    (
        "api-keys",
        "resource \"docspace_api_key\" \"reports\" {",
        By::Test("api_keys: a_key_is_rotated_without_a_gap"),
    ),
    (
        "api-keys",
        "curl -s -H \"Authorization: Bearer $DOCSPACE_API_KEY\" \"$DOCSPACE_BASE_URL/api/2.0/keys\" \\",
        By::Nobody("it needs jq; the requests are those of the emulator's tests of keys"),
    ),
    (
        "adopting-existing-webhooks",
        "terraform query",
        By::Test("examples: lists_are_queried, with Terraform 1.14 and later"),
    ),
    (
        "adopting-existing-webhooks",
        "terraform query -generate-config-out=found.tf",
        By::Test("newer: what_a_query_finds_is_adopted…, with Terraform 1.14 and later"),
    ),
    (
        "adopting-existing-webhooks",
        "terraform plan -generate-config-out=webhooks.tf",
        By::Here,
    ),
    (
        "drift-and-health",
        "terraform plan -detailed-exitcode",
        By::Test("every test that plans: Case::plan"),
    ),
    (
        "testing-without-a-portal",
        "cargo build --release -p docspace-emulator",
        By::Test("emulator/tests/it/program.rs starts the program with these arguments"),
    ),
    (
        "testing-without-a-portal",
        "{\"base_url\":\"http://127.0.0.1:40123\",\"control_url\":\"http://127.0.0.1:40124\",\
         \"profile\":\"3.7\",\"version\":\"0.1.0\"}",
        By::Test("emulator/tests/it/program.rs reads this line"),
    ),
    (
        "testing-without-a-portal",
        "terraform apply",
        By::Test("every test that applies: Case::apply"),
    ),
    (
        "testing-without-a-portal",
        "# A file was uploaded: the receiver is called, with a signature. Did it accept?",
        By::Test("emulator/tests/it/readme.rs"),
    ),
    (
        "testing-without-a-portal",
        "terraform {",
        By::Test("documents"),
    ),
    (
        "testing-without-a-portal",
        "run \"create\" {",
        By::Test("documents"),
    ),
    (
        "testing-without-a-portal",
        "terraform init",
        By::Test("documents, but for init: the local build is in no registry"),
    ),
    (
        "testing-without-a-portal",
        "terraform test",
        By::Test("documents"),
    ),
    (
        "testing-without-a-portal",
        "Success! 3 passed, 0 failed.",
        By::Test("documents"),
    ),
    (
        "testing-without-a-portal",
        "mock_provider \"docspace\" {",
        By::Test("documents"),
    ),
    (
        "verifying-signatures",
        "terraform console",
        By::Test("examples: functions_are_called"),
    ),
    (
        "verifying-signatures",
        "terraform test",
        By::Test("tests/acc/cases"),
    ),
    (
        "migrating",
        "moved {",
        By::Test("moved, which moves whole resources and instances in both ways"),
    ),
    (
        "migrating",
        "terraform state replace-provider",
        By::Nobody("it is the CLI's own; the provider is not asked"),
    ),
    (
        "migrating",
        "terraform init",
        By::Nobody("it installs the other provider, which is not on this machine"),
    ),
    (
        "migrating",
        "terraform state rm restapi_object.uploads",
        By::Here,
    ),
    (
        "troubleshooting",
        "terraform state rm",
        By::Test("lifecycle, and migrating here"),
    ),
    (
        "rotating-secrets",
        "variable \"webhook_secret\" {",
        By::Test("secrets, and tests/acc/cases/secrets"),
    ),
    (
        "rotating-secrets",
        "ephemeral \"vault_kv_secret_v2\" \"uploads\" {",
        By::Nobody("there is no vault; its syntax is checked here"),
    ),
    (
        "rotating-secrets",
        "locals {",
        By::Nobody("there is no vault; its syntax is checked here"),
    ),
    (
        "adopting-existing-webhooks",
        "data \"docspace_webhooks\" \"found\" {",
        By::Test("practice"),
    ),
    (
        "adopting-existing-webhooks",
        "terraform apply",
        By::Test("practice"),
    ),
    (
        "adopting-existing-webhooks",
        "locals {",
        By::Test("practice"),
    ),
    (
        "migrating",
        "tofu init",
        By::Nobody("init is told apart in readme; moved has states of the other registry"),
    ),
    ("other-hosts", "output \"triggers\" {", By::Here),
    (
        "other-hosts",
        "tofu console",
        By::Nobody("it is said to fail, with its version"),
    ),
    ("other-hosts", "tofu test", By::Test("suites")),
    (
        "other-hosts",
        "tofu query",
        By::Nobody("it is said not to exist"),
    ),
    ("pipelines", "provider \"docspace\" {", By::Test("practice")),
    (
        "pipelines",
        "terraform init -input=false -lockfile=readonly",
        By::Test("practice; init itself in readme"),
    ),
    (
        "pipelines",
        "terraform show -no-color webhooks.tfplan",
        By::Test("practice"),
    ),
    (
        "pipelines",
        "terraform plan -input=false -detailed-exitcode -lock=false",
        By::Test("practice"),
    ),
    (
        "policy-as-code",
        "variable \"webhook_secret\" {",
        By::Test("policy, in cargo xtask policies"),
    ),
    (
        "policy-as-code",
        "terraform plan -out=webhooks.tfplan",
        By::Test("policy, in cargo xtask policies"),
    ),
    (
        "policy-as-code",
        "checkov --directory . --framework terraform --external-checks-dir policy --check \
         'CKV2_DOCSPACE_*' --compact --skip-download",
        By::Test("policy, in cargo xtask policies"),
    ),
    (
        "several-portals",
        "variable \"production_api_key\" {",
        By::Test("practice"),
    ),
    (
        "several-portals",
        "module \"production\" {",
        By::Test("practice"),
    ),
    (
        "several-portals",
        "variable \"portal\" {",
        By::Test("practice"),
    ),
    (
        "several-portals",
        "data \"docspace_webhooks\" \"ours\" {",
        By::Test("practice"),
    ),
];

/// A block of code, or a command within a sentence.
struct Block {
    language: String,
    text: String,
}

impl Block {
    fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn guide(name: &str) -> Vec<Block> {
    let path = root().join("docs/guides").join(name).with_extension("md");
    let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut blocks = Vec::new();
    for (part, is_code) in page.split("```").zip([false, true].into_iter().cycle()) {
        if is_code {
            let (language, text) = part.split_once('\n').unwrap();
            blocks.push(Block {
                language: language.to_owned(),
                text: text.to_owned(),
            });
            continue;
        }
        for command in part.split('`').skip(1).step_by(2) {
            let is_command = ["terraform ", "tofu ", "cargo "]
                .iter()
                .any(|cli| command.starts_with(cli));
            if is_command {
                blocks.push(Block {
                    language: String::new(),
                    text: command.to_owned(),
                });
            }
        }
    }
    blocks
}

/// The block of a guide that begins with this line, or a shell's that has it.
#[track_caller]
pub fn block(name: &str, first_line: &str) -> String {
    let mut blocks = guide(name).into_iter();
    let has_line = |block: &Block| {
        let is_shell = block.language == "shell";
        block.first_line() == first_line
            || is_shell && block.text.lines().any(|line| line == first_line)
    };
    let found = blocks.find(|block| !block.language.is_empty() && has_line(block));
    match found {
        Some(block) => block.text,
        None => panic!("{name} has no block {first_line:?}"),
    }
}

/// The commands of a block as a test runs them: the local build needs no `init`, and nobody is there to
/// say yes.
#[cfg(unix)]
pub fn script(commands: &str) -> String {
    let lines = commands
        .lines()
        .filter(|line| !line.starts_with("terraform init"));
    let confirmed = lines.map(|line| match line {
        "terraform apply" => "terraform apply -auto-approve\n".to_owned(),
        line => format!("{line}\n"),
    });
    confirmed.collect()
}

fn names(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(directory)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// The texts of all examples.
fn examples() -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join("examples")];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(text) = fs::read_to_string(path) {
                found.push(text.trim_end().to_owned());
            }
        }
    }
    found
}

#[test]
fn every_block_of_the_guides_is_run_or_says_why_not() {
    let examples = examples();
    let mut unknown = Vec::new();
    let mut used = vec![false; BLOCKS.len()];
    for name in names("docs/guides") {
        for block in guide(&name) {
            if examples
                .iter()
                .any(|example| example == block.text.trim_end())
            {
                continue;
            }
            let known = BLOCKS.iter().position(|(guide, line, _)| {
                *guide == name && (line.is_empty() || *line == block.first_line())
            });
            match known {
                Some(known) => used[known] = true,
                None => unknown.push(format!("{name}: {}", block.first_line())),
            }
        }
    }
    assert!(unknown.is_empty(), "nobody runs {unknown:#?}");
    let unused: Vec<_> = BLOCKS.iter().zip(used).filter(|(_, used)| !used).collect();
    assert!(unused.is_empty(), "no longer in the guides: {unused:?}");
    for (guide, line, by) in BLOCKS {
        match by {
            By::Here => {}
            By::Test(name) => eprintln!("{guide}: {line:?} is run by {name}"),
            By::Nobody(reason) => eprintln!("{guide}: {line:?} is not run: {reason}"),
        }
    }
}

/// A directory with the quickstart in it.
fn quickstart() -> Case {
    let case = Case::new();
    case.remove("versions.tf");
    case.write(
        "main.tf",
        fs::read_to_string(root().join("examples/quickstart/main.tf")).unwrap(),
    );
    case
}

/// Runs the commands of a block, each with the local build, but for those that it would be wrong for.
#[track_caller]
fn run(case: &Case, commands: &str) {
    for line in commands.lines() {
        let Some(args) = line.strip_prefix("terraform ") else {
            continue;
        };
        // The local build is not in a registry, and needs no init.
        if args == "init" {
            continue;
        }
        let mut args: Vec<&str> = args.split(' ').collect();
        if matches!(args.first(), Some(&("apply" | "destroy"))) {
            args.insert(1, "-auto-approve");
        }
        case.run(&args).succeeds();
    }
}

#[test]
fn getting_started_leads_to_a_webhook_an_empty_plan_and_back() {
    let case = quickstart();
    run(&case, &block("getting-started", "terraform init"));
    assert_eq!(case.portal.webhooks().len(), 1);
    case.run(&[
        "plan",
        "-detailed-exitcode",
        "-var",
        "receiver_uri=https://example.com/webhook-endpoint",
    ])
    .finds_no_changes();
    let destroy = "terraform destroy -var receiver_uri=https://example.com/webhook-endpoint";
    run(&case, &block("getting-started", destroy));
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn the_command_that_writes_a_configuration_writes_one() {
    let case = Case::new();
    case.portal.create_webhook(NewWebhook {
        name: "My file upload webhook".to_owned(),
        uri: "https://hooks.example.com/docspace/uploads".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    });
    case.write(
        "main.tf",
        "import {\n  to = docspace_webhook.uploads\n  id = \"1\"\n}\n",
    );
    let command = "terraform plan -generate-config-out=webhooks.tf";
    assert!(
        guide("adopting-existing-webhooks")
            .iter()
            .any(|block| block.text == command)
    );
    run(&case, command);
    let written = String::from_utf8(case.read("webhooks.tf")).unwrap();
    assert!(written.contains("My file upload webhook"), "{written}");
}

#[test]
fn a_webhook_of_another_provider_is_forgotten_and_imported() {
    let case = Case::new();
    for number in 1..=17 {
        case.portal.create_webhook(NewWebhook {
            name: format!("Webhook {number}"),
            ..NewWebhook::default()
        });
    }
    case.write(
        "main.tf",
        "resource \"docspace_webhook\" \"uploads\" {\n  name = \"Webhook 17\"\n  uri = \"https://example.com/\"\n  \
         triggers = [\"All\"]\n}\n",
    );
    let old = json!({
        "version": 4, "terraform_version": "1.5.0", "serial": 1,
        "lineage": "7c0c3a6e-6f39-4f3c-9d0c-6a1f4a1c2b3d", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "restapi_object", "name": "uploads",
            "provider": "provider[\"registry.terraform.io/mastercard/restapi\"]",
            "instances": [{"schema_version": 0, "attributes": {"id": "17"}}],
        }],
    });
    case.write("terraform.tfstate", old);
    run(
        &case,
        &block("migrating", "terraform state rm restapi_object.uploads"),
    );
    assert_eq!(case.attributes("docspace_webhook.uploads")["id"], "17");
}

/// A misspelt bracket in a block that nobody can run.
#[test]
fn every_configuration_in_the_guides_is_formatted() {
    let case = Case::new();
    for name in names("docs/guides") {
        let blocks = guide(&name).into_iter();
        let configurations = blocks.filter(|block| block.language == "terraform");
        for (block, number) in configurations.zip(1..) {
            case.write(&format!("{name}-{number}.tf"), block.text);
        }
    }
    case.run(&["fmt", "-check", "-diff"]).succeeds();
}

#[test]
fn an_output_calls_a_function_where_the_console_cannot() {
    needs!("1.8", "a function of a provider");
    let case = Case::new();
    case.write("main.tf", block("other-hosts", "output \"triggers\" {"));
    case.apply().succeeds();
    let output = case.run(&["output", "-raw", "triggers"]).succeeds();
    assert_eq!(output.stdout(), "2304");
}
