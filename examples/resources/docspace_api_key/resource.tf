# A key for a monitoring job, which reads rooms and is replaced a week before it ends.
resource "docspace_api_key" "monitoring" {
  name               = "Monitoring"
  permissions        = ["rooms:read"]
  expires_in_days    = 90
  rotate_before_days = 7

  lifecycle {
    # The new key exists before the old one goes.
    create_before_destroy = true
  }
}
