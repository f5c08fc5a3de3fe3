# A key with which a monitoring job reads rooms, replaced a week before it expires.
resource "docspace_api_key" "monitoring" {
  name               = "Monitoring"
  permissions        = ["rooms:read"]
  expires_in_days    = 90
  rotate_before_days = 7

  lifecycle {
    # Creates the new key before the old one is deleted.
    create_before_destroy = true
  }
}
