# Rules for a plan, to be read by Conftest from the output of terraform show -json.
package main

# The hosts that webhooks may be delivered to. A dot in front stands for every host below.
receivers := {"hooks.example.com", ".apps.example.com"}

# What is there after the apply.
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

# One that the provider is going to generate.
stores_a_secret(change) if change.after_unknown.secret_key == true

# With ssl, the provider itself demands https.
verifies_tls(webhook) if webhook.ssl == true

# A uri that is known only after the apply has no host yet, and is refused.
has_known_receiver(webhook) if {
	some receiver in receivers
	is_below(host(webhook.uri), receiver)
}

is_below(name, receiver) if name == receiver

is_below(name, receiver) if {
	startswith(receiver, ".")
	endswith(name, receiver)
}

# A uri with a name or a password before its host has none here, and is refused.
host(uri) := regex.find_all_string_submatch_n(`^https?://([a-z0-9.-]+)(?::[0-9]+)?(?:[/?#]|$)`, lower(uri), 1)[0][1]
