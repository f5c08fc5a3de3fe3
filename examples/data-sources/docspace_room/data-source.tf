# Finds a room by its title. Give the number instead if several rooms have the title: id = "17".
data "docspace_room" "design" {
  title = "Design"
}

# Hears of the room itself: its title and settings, the archive, its end, and, as FolderUpdated, a new owner. It never
# hears of what is in the room.
resource "docspace_webhook" "design" {
  name      = "Design room"
  uri       = "https://hooks.example.com/docspace/rooms"
  triggers  = ["RoomUpdated", "RoomArchived", "RoomRestored", "RoomDeleted", "FolderUpdated"]
  target_id = data.docspace_room.design.id
}
