import {
  to = docspace_api_key.monitoring
  id = "0d3f2f5e-6a41-4c57-9b1a-00000000002a"
}
