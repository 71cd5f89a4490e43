//! What may be wrong with the description of a roll. Knows no rays.

use super::{Gap, Roll};

/// What was found, and what would do.
type Found = Option<(String, &'static str)>;

fn askew(what: &str, range: [f64; 2]) -> Found {
    let rising = range[0] <= range[1];
    (!rising).then(|| (format!("{what} from {} to {}", range[0], range[1]), "rising numbers"))
}

impl Roll {
    /// What is wrong with it, and what would do.
    pub(in super::super) fn problem(&self) -> Found {
        self.spiral_problem().or_else(|| self.layer_problem()).or_else(|| self.defect_problem())
    }

    fn spiral_problem(&self) -> Found {
        let sane = |value: f64, high: f64| value >= 0.0 && value <= high;
        if self.layers.is_empty() {
            return Some(("a roll without layers".into(), "one or more"));
        }
        if !sane(self.core_radius, 1e3) || !sane(self.turns, 1e3) || !self.start_angle.is_finite() {
            let found = format!("{} turns from radius {} mm", self.turns, self.core_radius);
            return Some((found, "numbers of 0 to 1000, and a finite start angle"));
        }
        let near = |value: &&f64| value.abs() < 1e3;
        let shifted = self.centre.iter().chain(&self.offsets).find(|value| !near(value));
        shifted.map(|value| (format!("a centre or an offset of {value} mm"), "less than 1000 mm"))
    }

    fn layer_problem(&self) -> Found {
        for layer in &self.layers {
            if !(layer.thickness > 0.0 && layer.thickness < 100.0) {
                let found = format!("layer `{}` is {} mm thick", layer.name, layer.thickness);
                return Some((found, "a thickness above 0 mm"));
            }
            let ends = askew(&format!("layer `{}` reaches in z", layer.name), layer.z);
            let turns = askew(&format!("layer `{}` is wound", layer.name), layer.turns);
            if let Some(found) = ends.or(turns) {
                return Some(found);
            }
            if layer.z.iter().any(|z| !z.is_finite()) {
                return Some((format!("layer `{}` without an end", layer.name), "finite z"));
            }
        }
        let patches = self.patches.iter().find_map(|patch| {
            let [turns, depth, z] = [patch.turns, patch.depth, patch.z];
            let finite = z.iter().chain(&depth).all(|value| value.is_finite());
            let endless = (!finite).then(|| ("a patch without an end".into(), "finite numbers"));
            let ranges =
                askew("a patch in turns", turns).or_else(|| askew("a patch in depth", depth));
            ranges.or_else(|| askew("a patch in z", z)).or(endless)
        });
        let edges = self.edge_changes.iter().find_map(|change| {
            let near = |shift: &&f64| shift.abs() < 1e3;
            let wild = change.shift.iter().find(|shift| !near(shift));
            let wild =
                wild.map(|shift| (format!("an edge shifted by {shift} mm"), "below 1000 mm"));
            askew("an edge change in turns", change.turns).or(wild)
        });
        patches.or(edges)
    }

    fn gap_problem(&self, gap: &Gap) -> Found {
        let pitch = self.pitch();
        let radius = self.core_radius + pitch * gap.turn + gap.depth;
        let place = gap.turn >= 0.0 && gap.depth >= 0.0 && gap.depth < pitch;
        let thick = gap.thickness >= 0.0 && gap.thickness < 100.0;
        if !(place && thick) {
            let Gap { thickness, turn, depth, .. } = gap;
            let found = format!("a gap of {thickness} mm at turn {turn}, depth {depth}");
            return Some((found, "a turn of the sheet and a depth within its stack"));
        }
        let short = gap.arc > 0.0 && gap.arc < std::f64::consts::TAU * radius;
        if !short {
            let found = format!("a gap {} mm long at radius {radius:.2} mm", gap.arc);
            return Some((found, "a length above 0 and below one turn"));
        }
        askew("a gap in z", gap.z)
    }

    fn defect_problem(&self) -> Found {
        let pitch = self.pitch();
        let gaps = self.gaps.iter().find_map(|gap| self.gap_problem(gap));
        let tape = self.tape.as_ref().and_then(|tape| {
            let sane = tape.thickness > 0.0 && tape.thickness < pitch;
            let thick = (!sane)
                .then(|| (format!("tape {} mm thick", tape.thickness), "less than the stack"));
            thick.or_else(|| askew("tape in z", tape.z)).or_else(|| askew("tape", tape.turns))
        });
        let collapse = self.collapse.and_then(|collapse| {
            let room = collapse.depth >= 0.0 && collapse.depth <= self.core_radius;
            let wide = collapse.half_width > 0.0 && collapse.half_width < std::f64::consts::PI;
            let sane = room && wide && collapse.turns > 0 && collapse.angle.is_finite();
            let found = format!("a core collapse by {} mm", collapse.depth);
            (!sane)
                .then_some((
                    found,
                    "at most the core's radius, over a turn or more, under half round",
                ))
                .or_else(|| askew("a core collapse in z", collapse.z))
        });
        let dry = self.dry_zones.iter().find_map(|zone| {
            askew("a dry zone in radius", zone.radius).or_else(|| askew("a dry zone in z", zone.z))
        });
        gaps.or(tape).or(collapse).or(dry)
    }
}
