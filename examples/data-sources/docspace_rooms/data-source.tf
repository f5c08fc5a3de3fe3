# The public rooms that are in use.
data "docspace_rooms" "public" {
  type     = "public"
  archived = false
}

# A webhook for each.
resource "docspace_webhook" "public" {
  for_each = { for room in data.docspace_rooms.public.rooms : room.id => room }

  name      = "Public room ${each.key}"
  uri       = "https://hooks.example.com/docspace/rooms"
  triggers  = ["RoomUpdated", "RoomArchived", "RoomDeleted"]
  target_id = each.value.id
}
