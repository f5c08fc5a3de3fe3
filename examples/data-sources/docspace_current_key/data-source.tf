data "docspace_current_key" "this" {}

# Warns two weeks before the provider's own key expires.
check "own_key" {
  assert {
    condition = (
      data.docspace_current_key.this.expires_at == null ||
      timecmp(
        coalesce(data.docspace_current_key.this.expires_at, "9999-12-31T23:59:59Z"),
        timeadd(plantimestamp(), "336h"),
      ) > 0
    )
    error_message = "The key ending in ${data.docspace_current_key.this.key_postfix} expires within two weeks."
  }
}
