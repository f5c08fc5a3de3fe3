// Package plugintesting drives the built provider with HashiCorp's own library for acceptance tests, whose
// checks are not ours. Run it with cargo xtask plugin-testing.
package plugintesting

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"
)

const address = "docspace_webhook.ci"

// The built provider, from a mirror that cargo xtask plugin-testing makes.
var built = map[string]resource.ExternalProvider{"docspace": {Source: "onlyoffice/docspace"}}

func webhook(name, more string) string {
	return fmt.Sprintf(`
resource "docspace_webhook" "ci" {
  name     = %q
  uri      = "https://example.com/%s"
  triggers = ["FileUploaded"]
%s
}
`, name, name, more)
}

func planned(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             append(more, plancheck.ExpectResourceAction(address, action)),
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

func is(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value)
}

func TestLifeCycle(t *testing.T) {
	id := statecheck.CompareValue(compare.ValuesSame())
	var number string
	resource.Test(t, resource.TestCase{
		ExternalProviders: built,
		Steps: []resource.TestStep{
			{
				Config: webhook("life", ""),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate,
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(true)),
					plancheck.ExpectSensitiveValue(address, tfjsonpath.New("secret_key")),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					id.AddStateValue(address, tfjsonpath.New("id")),
					is("id", knownvalue.StringRegexp(regexp.MustCompile(`^[1-9][0-9]*$`))),
					is("triggers", knownvalue.SetExact([]knownvalue.Check{knownvalue.StringExact("FileUploaded")})),
					is("secret_key", knownvalue.NotNull()),
					is("target_id", knownvalue.Null()),
				},
			},
			{
				Config:           webhook("renamed", "  enabled = false"),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					id.AddStateValue(address, tfjsonpath.New("id")),
					is("enabled", knownvalue.Bool(false)),
				},
				Check: func(state *terraform.State) error {
					number = state.RootModule().Resources[address].Primary.ID
					return nil
				},
			},
			{
				ResourceName:            address,
				ImportState:             true,
				ImportStateVerify:       true,
				ImportStateVerifyIgnore: []string{"secret_key"},
			},
			{
				ResourceName:            address,
				ImportState:             true,
				ImportStateId:           "renamed|https://example.com/renamed",
				ImportStateVerify:       true,
				ImportStateVerifyIgnore: []string{"secret_key"},
			},
			{
				PreConfig: func() { ask(t, "PATCH", "/webhooks/"+number, `{"enabled": true}`) },
				Config:    webhook("renamed", "  enabled = false"),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(address, tfjsonpath.New("enabled"), knownvalue.Bool(false)),
				),
			},
			{
				PreConfig:        func() { ask(t, "DELETE", "/webhooks/"+number, "") },
				Config:           webhook("renamed", "  enabled = false"),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
			},
		},
	})
}

func TestImportBlockPlansNothing(t *testing.T) {
	resource.Test(t, resource.TestCase{
		ExternalProviders: built,
		Steps: []resource.TestStep{
			{Config: webhook("found", "")},
			{
				ResourceName:     address,
				ImportState:      true,
				ImportStateKind:  resource.ImportBlockWithID,
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

func TestIdentityIsTheNumber(t *testing.T) {
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ExternalProviders:      built,
		Steps: []resource.TestStep{
			{
				Config: webhook("identity", ""),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("id")),
				},
			},
			{
				ResourceName:     address,
				ImportState:      true,
				ImportStateKind:  resource.ImportBlockWithResourceIdentity,
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

func TestQueryFindsByName(t *testing.T) {
	const list = "docspace_webhook.found"
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ExternalProviders:      built,
		Steps: []resource.TestStep{
			{Config: webhook("queried", "")},
			{
				Query: true,
				Config: `
list "docspace_webhook" "found" {
  provider = docspace
  config {
    name_prefix = "quer"
  }
}
`,
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(list, 1),
					querycheck.ExpectResourceDisplayName(list, nil, knownvalue.StringExact("queried (https://example.com/queried)")),
					querycheck.ExpectIdentity(list, map[string]knownvalue.Check{
						"id": knownvalue.StringRegexp(regexp.MustCompile(`^[1-9][0-9]*$`)),
					}),
				},
			},
		},
	})
}

func TestWriteOnlySecretIsSentAndNotStored(t *testing.T) {
	secret := func(version int) string {
		return webhook("secret", fmt.Sprintf(`
  secret_key_wo         = ephemeral.docspace_webhook_secret.ci.secret_key
  secret_key_wo_version = %d`, version)) + `
ephemeral "docspace_webhook_secret" "ci" {}

provider "echo" {
  data = ephemeral.docspace_webhook_secret.ci.secret_key
}

resource "echo" "ci" {}
`
	}
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		ExternalProviders:      built,
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"echo": echoprovider.NewProviderServer(),
		},
		Steps: []resource.TestStep{
			{
				Config:           secret(1),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					is("secret_key", knownvalue.Null()),
					is("secret_key_wo", knownvalue.Null()),
					is("secret_key_wo_version", knownvalue.Int64Exact(1)),
					statecheck.ExpectKnownValue("echo.ci", tfjsonpath.New("data"), knownvalue.StringRegexp(regexp.MustCompile(`^.{30}$`))),
				},
			},
			{
				Config:            secret(2),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{is("secret_key_wo", knownvalue.Null())},
			},
		},
	})
}

func TestNumbersOfTriggers(t *testing.T) {
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ExternalProviders:      built,
		Steps: []resource.TestStep{{
			Config: `output "number" { value = provider::docspace::triggers_encode(["FileUploaded"]) }`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("number", knownvalue.Int64Exact(256)),
			},
		}},
	})
}

func TestMistakeIsToldByTheProvider(t *testing.T) {
	resource.Test(t, resource.TestCase{
		ExternalProviders: built,
		Steps: []resource.TestStep{{
			Config:      webhook("wrong", "  target_id = \"\""),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(`target_id`),
		}},
	})
}
