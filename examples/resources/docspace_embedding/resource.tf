# The intranet and every app below one domain may show the portal in a frame.
resource "docspace_embedding" "apps" {
  domains = [
    "https://intranet.example.com",
    "*.apps.example.com",
  ]
}
