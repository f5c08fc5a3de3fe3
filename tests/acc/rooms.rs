use docspace_emulator::{NewRoom, RoomArea};

use crate::harness::Case;

const ADDRESS: &str = "docspace_webhook.room";
const WARNING: &str = "A webhook on a room gets no events of its contents";

/// A webhook with these triggers on the room with this title.
fn configured(title: &str, triggers: &str) -> String {
    format!(
        r#"
data "docspace_room" "one" {{
  title = {title:?}
}}

resource "docspace_webhook" "room" {{
  name      = "room"
  uri       = "https://hooks.example.com/docspace/rooms"
  triggers  = [{triggers}]
  target_id = data.docspace_room.one.id
}}
"#
    )
}

/// A portal whose room `Design` has the number 2.
fn case() -> Case {
    let case = Case::new();
    for title in ["Audit", "Design"] {
        case.portal.create_room(NewRoom::titled(title));
    }
    case
}

#[test]
fn a_room_found_by_title_is_the_target_of_a_webhook() {
    let case = case();
    case.write("main.tf", configured("Design", r#""RoomUpdated""#));
    case.plan().proposes(1, 0, 0).has_no_warning();
    case.apply().succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["target_id"], "2");
    assert_eq!(case.portal.webhooks()[0].target_id.as_deref(), Some("2"));
    case.plan().finds_no_changes();

    // Another room of this title: the plan stops, and the webhook stays what it is.
    case.portal.create_room(NewRoom::titled("Design"));
    case.run(&["plan"])
        .fails()
        .errs("Several rooms match")
        .says("2 (active), 3 (active)");
    case.portal.remove_room(3);

    // The room is replaced by another one: the webhook follows it.
    let archive = |room: &mut NewRoom| {
        room.area = RoomArea::Archive;
        room.title = "Design 2025".to_owned();
    };
    case.portal.change_room(2, archive);
    case.portal.create_room(NewRoom::titled("Design"));
    case.plan().proposes(0, 1, 0).says("\"2\" -> \"4\"");
    case.apply().succeeds_silently();
    assert_eq!(case.portal.webhooks()[0].target_id.as_deref(), Some("4"));
    case.plan().finds_no_changes();
    case.destroy().succeeds_silently();
}

#[test]
fn files_in_a_room_are_warned_of_and_allowed() {
    let case = case();
    case.write("main.tf", configured("Design", r#""FileUploaded""#));
    case.apply().succeeds().warns(WARNING);
    assert_eq!(case.portal.webhooks()[0].target_id.as_deref(), Some("2"));
    case.write(
        "main.tf",
        configured("Design", r#""FileUploaded", "RoomArchived""#),
    );
    case.apply().succeeds_silently();
}

#[test]
fn a_room_that_is_not_there_stops_the_plan() {
    let case = case();
    case.write("main.tf", configured("Sales", r#""RoomUpdated""#));
    case.run(&["plan"])
        .fails()
        .errs("No such room")
        .says("Titles are compared exactly")
        .points_at("title");
    assert!(case.portal.webhooks().is_empty());
}

#[test]
fn any_number_of_rooms_by_title_costs_one_list() {
    let case = Case::new();
    for number in 0..40 {
        case.portal
            .create_room(NewRoom::titled(format!("Room {number}")));
    }
    let config = r#"
data "docspace_room" "each" {
  for_each = toset([for number in range(40) : "Room ${number}"])
  title    = each.key
}

output "ids" {
  value = [for room in data.docspace_room.each : room.id]
}
"#;
    case.write("main.tf", config);
    case.plan();
    assert_eq!(case.portal.request_summary().total, 1);
}

/// The data source is then read while the plan is applied, from a list that is asked for at that moment.
#[test]
fn a_title_that_is_known_only_after_apply_is_looked_up_then() {
    let case = case();
    let title = "resource \"terraform_data\" \"title\" {\n  input = \"Design\"\n}\n";
    let config = configured("Design", r#""RoomUpdated""#)
        .replace("title = \"Design\"", "title = terraform_data.title.output");
    case.write("main.tf", format!("{title}{config}"));
    case.plan().proposes(2, 0, 0);
    case.apply().succeeds_silently();
    assert_eq!(case.attributes(ADDRESS)["target_id"], "2");
    case.plan().finds_no_changes();
}
