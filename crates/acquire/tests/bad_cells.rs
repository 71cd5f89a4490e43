//! Cell files with one mistake each, and what is said about it. Knows no instrument.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::cell::{Cell, CellFile, random_defects};
use voltomo_acquire::simulate::material::Library;

const ROLLED: &str = "kind = \"cylindrical\"\nname = \"mine\"\n";
const COIN: &str = "kind = \"coin\"\nname = \"mine\"\n";

/// What reading or building says of a text that begins like a sound file.
fn complaint(beginning: &str, rest: &str) -> String {
    let text = format!("{beginning}{rest}");
    let built = CellFile::parse(&text, "mine.toml")
        .and_then(|file| Cell::build(&file, &[], &Library::standard()));
    built.map(|cell| cell.name).unwrap_err().to_string()
}

fn says(complaint: &str, words: &[&str]) {
    for word in words {
        assert!(complaint.contains(word), "no `{word}` in: {complaint}");
    }
}

#[test]
fn bad_cell_beginnings_are_sound() {
    for beginning in [ROLLED, COIN] {
        let file = CellFile::parse(beginning, "mine.toml").unwrap();
        Cell::build(&file, &[], &Library::standard()).unwrap();
    }
}

#[test]
fn bad_cell_unknown_key_is_named_with_its_line_and_the_nearest() {
    let said = complaint(ROLLED, "[can]\nwal_mm = 0.3\n");
    says(&said, &["line 4", "`can.wal_mm`", "unknown key `wal_mm`", "`wall_mm`", "mine.toml"]);
}

#[test]
fn bad_cell_unknown_table_is_named_with_the_nearest() {
    let said = complaint(COIN, "[seperator]\nthickness_um = 20.0\n");
    says(&said, &["line 3", "unknown key `seperator`", "the nearest is `separator`"]);
}

#[test]
fn bad_cell_unknown_key_of_a_defect_is_named_with_the_nearest() {
    let said = complaint(ROLLED, "[[defect]]\nkind = \"can_dent\"\ndeep_mm = 0.3\n");
    says(&said, &["`defect[0]", "unknown key `deep_mm`", "`depth_mm`"]);
}

#[test]
fn bad_cell_unknown_kind_of_defect_names_the_nearest() {
    let said = complaint(ROLLED, "[[defect]]\nkind = \"winding_gab\"\n");
    says(&said, &["unknown word `winding_gab`", "the nearest is `winding_gap`"]);
}

#[test]
fn bad_cell_text_for_a_length_is_refused() {
    let said = complaint(ROLLED, "[can]\nwall_mm = \"thin\"\n");
    says(&said, &["line 4", "`can.wall_mm`", "string \"thin\"", "expected a number"]);
}

#[test]
fn bad_cell_kind_is_refused() {
    let said = complaint("", "kind = \"pouch\"\n");
    says(&said, &["line 1", "`kind`", "pouch", "cylindrical", "coin"]);
}

#[test]
fn bad_cell_without_a_kind_is_refused() {
    says(&complaint("", "name = \"mine\"\n"), &["`kind`: found nothing", "cylindrical"]);
}

#[test]
fn bad_cell_that_is_no_toml_is_refused_with_its_line() {
    says(&complaint(ROLLED, "[can\nwall_mm = 1\n"), &["line 3", "expected TOML", "mine.toml"]);
}

#[test]
fn bad_cell_length_that_is_no_number_is_refused() {
    let said = complaint(ROLLED, "[can]\nwall_mm = nan\n");
    says(&said, &["line 4", "`can.wall_mm`", "found NaN", "more than 0"]);
}

#[test]
fn bad_cell_negative_thickness_is_refused() {
    let said = complaint(COIN, "[cathode]\ncoat_um = -80.0\n");
    says(&said, &["line 4", "`cathode.coat_um`", "found -80", "more than 0", "µm"]);
}

#[test]
fn bad_cell_absurd_height_is_refused() {
    let said = complaint(ROLLED, "height_mm = 65000.0\n");
    says(&said, &["line 3", "`height_mm`", "found 65000", "at most 500 mm"]);
}

#[test]
fn bad_cell_unknown_material_names_its_key_and_the_nearest() {
    let said = complaint(ROLLED, "[can]\nmaterial = \"can_stell\"\n");
    says(&said, &["`can.material`", "`can_stell`", "`can_steel`"]);
}

#[test]
fn bad_cell_own_material_without_a_density_is_refused() {
    let said = complaint(COIN, "[materials.glue]\nformula = \"C3H6\"\n");
    says(&said, &["materials", "glue", "density"]);
}

#[test]
fn bad_cell_roll_thicker_than_its_can_names_both_in_millimetres() {
    let said = complaint(ROLLED, "[roll]\nturns = 19.0\n");
    says(&said, &["roll and can", "9.49", "at most 8.880 mm", "`roll.turns`"]);
}

#[test]
fn bad_cell_lid_above_its_can_names_both() {
    let said = complaint(ROLLED, "[lid]\nthickness_mm = 2.0\n");
    says(&said, &["lid and can", "64.850 mm", "at most 64.480 mm", "`lid.thickness_mm`"]);
}

#[test]
fn bad_cell_gasket_wider_than_its_gap_names_both() {
    let said = complaint(ROLLED, "[gasket]\nwall_mm = 0.9\n");
    says(&said, &["gasket and can", "0.900 mm", "at most 0.680 mm", "`gasket.wall_mm`"]);
}

#[test]
fn bad_cell_tab_outside_the_roll_names_both() {
    let said = complaint(ROLLED, "[roll]\ntab_along_cathode = 1.2\n");
    says(&said, &["positive tab and roll", "`roll.tab_along_cathode`"]);
}

#[test]
fn bad_cell_electrode_taller_than_the_separator_names_both() {
    let said = complaint(ROLLED, "[anode]\nheight_mm = 61.0\n");
    says(&said, &["anode and separator", "61.000 mm", "60.000 mm", "`anode.height_mm`"]);
}

#[test]
fn bad_cell_insulator_wider_than_the_can_names_both() {
    let said = complaint(ROLLED, "[top_insulator]\ndiameter_mm = 18.0\n");
    says(&said, &["top insulator and can", "18.000 mm", "17.760 mm"]);
}

#[test]
fn bad_cell_stack_taller_than_the_coin_names_both() {
    let said = complaint(COIN, "[upper_spacer]\nthickness_mm = 1.6\n");
    says(&said, &["stack and cap", "3.271 mm", "at most 2.950 mm", "`height_mm`"]);
}

#[test]
fn bad_cell_separator_wider_than_the_cap_names_both() {
    let said = complaint(COIN, "[separator]\ndiameter_mm = 19.0\n");
    says(&said, &["separator and cap", "19.000 mm", "18.300 mm", "`separator.diameter_mm`"]);
}

#[test]
fn bad_cell_tilt_without_room_is_refused() {
    let said = complaint(COIN, "[[defect]]\nkind = \"spacer_tilt\"\ntilt_deg = 5.0\n");
    says(&said, &["spacer_tilt and cap", "`defect[0].tilt_deg`"]);
}

#[test]
fn bad_cell_defect_outside_its_part_is_refused() {
    let text = "[[defect]]\nkind = \"foreign_particle\"\nradius_mm = 9.0\n";
    let said = complaint(ROLLED, text);
    says(&said, &["foreign_particle and can", "9.075 mm", "8.880 mm", "`defect[0].radius_mm`"]);
}

#[test]
fn bad_cell_gap_above_the_roll_is_refused() {
    let said = complaint(ROLLED, "[[defect]]\nkind = \"winding_gap\"\nz_mm = 58.0\n");
    says(&said, &["winding_gap and roll", "its upper end is 78.000 mm", "`defect[0].z_mm`"]);
}

#[test]
fn bad_cell_defect_of_the_other_kind_of_cell_is_refused() {
    let said = complaint(ROLLED, "[[defect]]\nkind = \"missing_spring\"\n");
    says(&said, &["`defect[0].kind`", "missing_spring", "cylindrical"]);
}

#[test]
fn bad_cell_name_tells_the_nearest_built_in() {
    let said = CellFile::read("18650-na-1400").unwrap_err().to_string();
    says(&said, &["`18650-na-1400`", "the nearest is `18650-na-1500`", "2032-k-li"]);
}

#[test]
fn bad_cell_path_without_a_file_is_refused() {
    let said = CellFile::read("/nowhere/cell.toml").unwrap_err().to_string();
    says(&said, &["cannot open", "/nowhere/cell.toml"]);
}

#[test]
fn bad_cell_more_random_defects_than_there_is_room_for_is_refused() {
    let file = CellFile::read("2032-a-k").unwrap();
    let said = random_defects(&file, 60, 1).unwrap_err().to_string();
    says(&said, &["2032-a-k", "of 60", "ask for fewer"]);
}

#[test]
fn bad_cell_spring_in_the_slanting_shoulder_of_the_cap_names_both() {
    let said = complaint(COIN, "[spring]\ndiameter_mm = 18.2\n");
    says(&said, &["cap and spring", "mm from the axis", "`[cap]` or `[spring]`"]);
}

#[test]
fn bad_second_defect_of_the_whole_cell_is_refused() {
    let twice = "[[defect]]\nkind = \"telescoping\"\n[[defect]]\nkind = \"telescoping\"\n";
    let said = complaint(ROLLED, twice);
    says(&said, &["`defect[1].kind`", "a second `telescoping`", "no more than one of this kind"]);
}

#[test]
fn bad_count_of_turns_beyond_any_cell_is_refused() {
    let said = complaint(ROLLED, "[[defect]]\nkind = \"bent_separator\"\nturns = 400000000\n");
    says(&said, &["turns`", "400000000", "0 to 1000"]);
}

#[test]
fn bad_number_of_random_defects_beyond_any_cell_is_refused_at_once() {
    let file = CellFile::parse(ROLLED, "mine.toml").unwrap();
    let said = random_defects(&file, 100_000, 1).unwrap_err().to_string();
    says(&said, &["100000 random defects", "up to 200", "`--random-defects`"]);
}

#[test]
fn bad_cell_mistake_in_the_sixth_defect_is_told_with_its_place_and_line() {
    let sound = "[[defect]]\nkind = \"gas_bubble\"\n".repeat(5);
    let sixth = |rest: &str| complaint(ROLLED, &format!("{sound}[[defect]]\n{rest}"));
    let said = sixth("kind = \"can_dent\"\ndepth_mm = \"deep\"\n");
    says(&said, &["line 15:", "`defect[5].depth_mm`", "string \"deep\"", "expected a number"]);
    let said = sixth("kind = \"can_dent\"\ndeep_mm = 0.3\n");
    says(&said, &["line 15:", "`defect[5].deep_mm`", "unknown key `deep_mm`", "`depth_mm`"]);
    let said = sixth("kind = \"can_dint\"\ndepth_mm = 0.3\n");
    says(&said, &["line 14:", "`defect[5].kind`", "unknown word `can_dint`", "`can_dent`"]);
    says(&sixth("depth_mm = 0.3\n"), &["`defect[5].kind`", "found nothing"]);
    let said = sixth("kind = \"can_dent\"\ndepth_mm = -1.0\n");
    says(&said, &["line 15:", "`defect[5].depth_mm`", "found -1"]);
}

#[test]
fn bad_cell_defect_of_nothing_is_refused() {
    let defect = |kind: &str, rest: &str| format!("[[defect]]\nkind = \"{kind}\"\n{rest}\n");
    for (kind, rest, key) in [
        ("overhang_change", "change_mm = 0.0", "defect[0].change_mm"),
        ("overhang_change", "first_turn = 6\nlast_turn = 4", "defect[0].last_turn"),
        ("bent_separator", "turns = 0", "defect[0].turns"),
        ("roll_off_centre", "shift_mm = 0.0", "defect[0].shift_mm"),
        ("winding_gap", "thickness_um = 0.5", "defect[0].thickness_um"),
        ("gas_bubble", "diameter_mm = 0.0005", "defect[0].diameter_mm"),
        ("telescoping", "drift_mm = 0.0\nsigma_mm = 0.0", "defect[0].drift_mm"),
    ] {
        says(&complaint(ROLLED, &defect(kind, rest)), &[key, "line "]);
    }
    let said = complaint(COIN, &defect("spacer_tilt", "tilt_deg = 0.0"));
    says(&said, &["defect[0].tilt_deg", "line 5"]);
    let said = complaint(COIN, &defect("electrode_shift", "shift_mm = 0.0"));
    says(&said, &["defect[0].shift_mm", "at least 0.001 mm"]);
}

#[test]
fn bad_cell_two_shifts_of_an_electrode_are_refused() {
    let shift =
        |angle: u32| format!("[[defect]]\nkind = \"electrode_shift\"\nangle_deg = {angle}.0\n");
    let said = complaint(COIN, &format!("{}{}", shift(0), shift(180)));
    says(&said, &["`defect[1].electrode`", "a second shift", "add the two up"]);
    let other = format!("{}{}electrode = \"anode\"\n", shift(0), shift(180));
    let file = CellFile::parse(&format!("{COIN}{other}"), "mine.toml").unwrap();
    Cell::build(&file, &[], &Library::standard()).unwrap();
}

#[test]
fn bad_cell_dry_zone_longer_than_its_turn_is_refused() {
    let zone = "[[defect]]\nkind = \"dry_zone\"\nradius_mm = 5.0\narc_mm = 40.0\n";
    let said = complaint(ROLLED, zone);
    says(&said, &["dry_zone", "40.000 mm", "at most 31.416 mm", "`defect[0].arc_mm`"]);
}

#[test]
fn bad_cell_misspelt_material_of_an_absent_part_is_refused() {
    let said = complaint(ROLLED, "[electrolyte]\npool_mm = 0.0\nmaterial = \"electrolyte_napf\"\n");
    says(&said, &["`electrolyte.material`", "`electrolyte_napf`", "`electrolyte_napf6`"]);
    let said = complaint(COIN, "[anode]\nfoil_um = 0.0\nfoil = \"coppper\"\n");
    says(&said, &["`anode.foil`", "`coppper`", "did you mean `copper`?"]);
}
