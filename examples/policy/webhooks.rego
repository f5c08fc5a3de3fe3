# Rules for Conftest, which reads the plan from the output of terraform show -json.
package main

# The hosts that webhooks may deliver to. A leading dot stands for every host below.
receivers := {"hooks.example.com", ".apps.example.com"}

# The webhooks that exist after the apply.
webhooks contains webhook if {
	some webhook in input.resource_changes
	webhook.mode == "managed"
	webhook.type == "docspace_webhook"
	webhook.change.after != null
}

deny contains message if {
	some webhook in webhooks
	stores_a_secret(webhook.change)
	message := sprintf("%s stores its secret in the state: set secret_key_wo and its version", [webhook.address])
}

deny contains message if {
	some webhook in webhooks
	not verifies_tls(webhook.change.after)
	message := sprintf("%s does not verify its receiver: leave ssl out, and use https", [webhook.address])
}

deny contains message if {
	some webhook in webhooks
	not has_known_receiver(webhook.change.after)
	message := sprintf("%s delivers to a host that is not on the list of receivers", [webhook.address])
}

stores_a_secret(change) if change.after.secret_key != null

# A secret that the provider is going to generate.
stores_a_secret(change) if change.after_unknown.secret_key == true

# With ssl, the provider itself requires https.
verifies_tls(webhook) if webhook.ssl == true

# A uri that is known only after the apply has no host yet, so it is refused.
has_known_receiver(webhook) if {
	some receiver in receivers
	is_below(host(webhook.uri), receiver)
}

is_below(name, receiver) if name == receiver

is_below(name, receiver) if {
	startswith(receiver, ".")
	endswith(name, receiver)
}

# A uri with a user name or password before its host does not match, so it is refused.
host(uri) := regex.find_all_string_submatch_n(`^https?://([a-z0-9.-]+)(?::[0-9]+)?(?:[/?#]|$)`, lower(uri), 1)[0][1]
