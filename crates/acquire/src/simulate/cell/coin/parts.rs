//! The parts of a coin cell as solids. Knows no defects but those that move a part.

use super::file::{CoinFile, Electrode, Mount, SpringForm};
use super::levels::Levels;
use crate::simulate::cell::defect::{Defect, Side, SpacerTilt};
use crate::simulate::cell::draft::{Draft, polar};
use crate::simulate::cell::ribbon;
use crate::simulate::shape::{Part, Placement, Revolved, Solid, WaveRing};

/// A wave spring's crests stay so far from what they press on, mm: a touch along a curve is no face.
const CREST_PLAY_MM: f64 = 0.005;

/// Adds the closure and the stack.
pub(super) fn add(file: &CoinFile, levels: &Levels, defects: &[Defect], draft: &mut Draft<'_>) {
    draft.body("can", ("can.material", &file.can.material), can(file, levels));
    draft.body("gasket", ("gasket.material", &file.gasket.material), gasket(file, levels));
    draft.body("cap", ("cap.material", &file.cap.material), cap(file));
    if file.lower_spacer.thickness_mm > 0.0 {
        let solid = Solid::cylinder(0.5 * file.lower_spacer.diameter_mm, levels.lower_spacer);
        draft.body("lower spacer", ("lower_spacer.material", &file.lower_spacer.material), solid);
    }
    let cathode = (&file.cathode, "cathode", shift_of(Side::Cathode, defects));
    electrode(cathode, levels.cathode_foil, levels.cathode_coat, draft);
    let separator = Solid::cylinder(0.5 * file.separator.diameter_mm, levels.separator);
    draft.body("separator", ("separator.material", &file.separator.material), separator);
    let anode = (&file.anode, "anode", shift_of(Side::Anode, defects));
    electrode(anode, levels.anode_foil, levels.anode_coat, draft);
    pressed(file, levels, defects, draft);
}

/// How the whole cell is moved into the instrument.
pub(super) fn mount(file: &CoinFile) -> Option<Placement> {
    let rotation = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let shift = [-0.5 * file.height_mm, 0.0, 0.5 * file.can.outer_diameter_mm];
    (file.mount == Mount::Standing).then_some(Placement { rotation, shift })
}

/// The upper spacer and the spring on it.
fn pressed(file: &CoinFile, levels: &Levels, defects: &[Defect], draft: &mut Draft<'_>) {
    let tilt = tilt_of(defects);
    let placement = tilt.map(|tilt| tilted(file, levels, tilt));
    let mut add = |name: &str, (key, material): (&str, &str), solid: Solid| {
        let part = Part::body(name, draft.palette.index(key, material), solid);
        draft.parts.push(match placement {
            Some(placement) => part.placed(placement),
            None => part,
        });
    };
    if file.upper_spacer.thickness_mm > 0.0 {
        let solid = Solid::cylinder(0.5 * file.upper_spacer.diameter_mm, levels.upper_spacer);
        add("upper spacer", ("upper_spacer.material", &file.upper_spacer.material), solid);
    }
    let missing = defects.iter().any(|defect| matches!(defect, Defect::MissingSpring(_)));
    let height = spring_height(file, levels, tilt);
    if let Some(solid) = spring(file, levels.cavity[0], height).filter(|_| !missing) {
        add("spring", ("spring.material", &file.spring.material), solid);
    }
}

/// The tilt of the upper spacer, if it is tilted.
pub(super) fn tilt_of(defects: &[Defect]) -> Option<&SpacerTilt> {
    defects.iter().find_map(|defect| match defect {
        Defect::SpacerTilt(tilt) => Some(tilt),
        _ => None,
    })
}

/// Shift of an electrode, mm `[x, y]`.
pub(super) fn shift_of(side: Side, defects: &[Defect]) -> [f64; 2] {
    let mut shift = [0.0; 2];
    for defect in defects {
        if let Defect::ElectrodeShift(moved) = defect
            && moved.electrode == side
        {
            let [x, y] = polar(moved.shift_mm, moved.angle_deg);
            shift = [shift[0] + x, shift[1] + y];
        }
    }
    shift
}

/// The spacer stands on its lower edge.
fn tilted(file: &CoinFile, levels: &Levels, tilt: &SpacerTilt) -> Placement {
    let [x, y] = polar(-0.5 * file.upper_spacer.diameter_mm, tilt.angle_deg);
    let pivot = [x, y, levels.upper_spacer[0]];
    Placement::tilted(pivot, (tilt.angle_deg - 90.0).to_radians(), tilt.tilt_deg.to_radians())
}

/// Height that the spacer leaves to the spring, mm.
pub(super) fn spring_height(file: &CoinFile, levels: &Levels, tilt: Option<&SpacerTilt>) -> f64 {
    let Some(tilt) = tilt else { return levels.cavity_height() };
    let (sin, cos) = tilt.tilt_deg.to_radians().sin_cos();
    let across = 0.5 * (file.upper_spacer.diameter_mm + file.spring.diameter_mm);
    let room = levels.cavity[1] - levels.upper_spacer[0] - across * sin;
    room / cos - (levels.upper_spacer[1] - levels.upper_spacer[0])
}

fn spring(file: &CoinFile, low: f64, height: f64) -> Option<Solid> {
    let spring = &file.spring;
    let outer = 0.5 * spring.diameter_mm;
    let (inner, high) = (outer - spring.width_mm, low + height);
    match spring.form {
        SpringForm::None => None,
        SpringForm::Punch => Some(Solid::cylinder(outer, [low, high])),
        SpringForm::Cone => Some(Solid::revolved(vec![
            [outer, low],
            [outer, low + spring.strip_mm],
            [inner, high],
            [inner, high - spring.strip_mm],
        ])),
        SpringForm::Wave => Some(Solid::WaveRing(WaveRing {
            centre: [0.0; 2],
            radius: [inner, outer],
            z: low + 0.5 * height,
            amplitude: (0.5 * (height - spring.strip_mm) - CREST_PLAY_MM).max(0.0),
            waves: spring.waves,
            phase: 0.0,
            thickness: spring.strip_mm,
        })),
    }
}

/// Foil and coat about a shifted axis.
fn electrode(
    (electrode, name, centre): (&Electrode, &str, [f64; 2]),
    foil: [f64; 2],
    coat: [f64; 2],
    draft: &mut Draft<'_>,
) {
    let radius = 0.5 * electrode.diameter_mm;
    let disc = |[low, high]: [f64; 2]| {
        let outline = vec![[0.0, low], [radius, low], [radius, high], [0.0, high]];
        Solid::Revolved(Revolved { outline, centre, sector: None })
    };
    if electrode.foil_um > 0.0 {
        let key = format!("{name}.foil");
        draft.body(&format!("{name} foil"), (&key, &electrode.foil), disc(foil));
    }
    let key = format!("{name}.coat");
    draft.body(&format!("{name} coat"), (&key, &electrode.coat), disc(coat));
}

fn can(file: &CoinFile, levels: &Levels) -> Solid {
    let can = &file.can;
    let (outer, inner) = (0.5 * can.outer_diameter_mm, levels.can_inside);
    let (bevel, [under, top]) = (can.corner_mm, levels.lip);
    let mut outline = vec![
        [0.0, 0.0],
        [outer - bevel, 0.0],
        [outer, bevel],
        [outer, top - bevel],
        [outer - bevel, top],
        [levels.lip_radius, top],
        [levels.lip_radius, under],
        [inner, under],
        [inner, can.wall_mm],
        [0.0, can.wall_mm],
    ];
    outline.dedup();
    Solid::revolved(outline)
}

fn gasket(file: &CoinFile, levels: &Levels) -> Solid {
    let (gasket, low) = (&file.gasket, file.can.wall_mm);
    let (outer, wall) = (levels.can_inside, levels.can_inside - gasket.wall_mm);
    let hole = 0.5 * gasket.hole_mm;
    Solid::revolved(vec![
        [hole, low],
        [outer, low],
        [outer, low + gasket.height_mm],
        [wall, low + gasket.height_mm],
        [wall, low + gasket.foot_mm],
        [hole, low + gasket.foot_mm],
    ])
}

fn cap(file: &CoinFile) -> Solid {
    let (cap, top) = (&file.cap, file.height_mm);
    let half = 0.5 * cap.wall_mm;
    let (edge, rim) = (0.5 * cap.diameter_mm, 0.5 * cap.rim_diameter_mm - half);
    let line = [
        [0.0, top - half],
        [edge - cap.wall_mm, top - half],
        [rim, top - cap.shoulder_mm],
        [rim, top - cap.height_mm],
    ];
    Solid::revolved(ribbon::outline(&line, cap.wall_mm))
}
