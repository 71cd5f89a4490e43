//! A run in a few lines for the screen. Decides nothing.

use std::path::Path;

use serde_json::Value;

use crate::{iterations::SlabIterations, method::MethodRecord, provenance::RunRecord};

impl RunRecord {
    /// What a person wants to know at the end of a run: where the volume is, the axis, the range,
    /// memory and time.
    #[must_use]
    pub fn lines(&self, out: &Path) -> Vec<String> {
        let [depth, height, width] = self.plan.grid.shape;
        let grid = &self.plan.grid;
        let mut lines = vec![];
        if let Some(volume) = &self.volume {
            lines.push(format!("volume      {}", out.join(&volume.path).display()));
            lines.push(format!(
                "            {depth} × {height} × {width} voxels of {:.5} {}, in {}",
                grid.voxel,
                grid.unit.symbol(),
                volume.unit
            ));
        }
        lines.push(format!("method      {}", self.method_line()));
        lines.extend(self.iterations_line());
        lines.push(format!("axis        {}", self.axis_line()));
        if let Some(passed) = self.gates.get("reconstruct") {
            lines.push(format!("range       {:.4} to {:.4}", passed.passed.min, passed.passed.max));
        }
        let actual = self.memory.actual_peak.map_or("unknown".into(), |peak| peak.to_string());
        lines.push(format!("memory      {actual} at most, {} planned", self.memory.planned_peak));
        lines.push(format!("time        {:.1} s", self.seconds.values().sum::<f64>()));
        lines.push(format!("record      {}", out.join("run.json").display()));
        lines.extend(self.findings.iter().map(|finding| format!("FINDING     {finding}")));
        lines.extend(self.warnings.iter().map(|warning| format!("WARNING     {warning}")));
        lines
    }

    fn method_line(&self) -> String {
        let MethodRecord { plan, seconds, giga_updates_per_second: pace } = &self.method;
        let (name, why, kernel) = (plan.name, &plan.why, plan.kernel);
        format!("{name} ({why}), {kernel}, {seconds:.1} s, {pace:.2} giga-updates a second")
    }

    /// Iterations, and where the residual ended: the slab that took most of them.
    fn iterations_line(&self) -> Option<String> {
        let slab = self.iterations.iter().max_by_key(|slab| slab.done)?;
        let last = |curve: &[f64]| curve.last().copied().unwrap_or(f64::NAN);
        let chi_square = slab.chi_square.as_ref().map(|curve| last(curve));
        let chi_square = chi_square.map_or(String::new(), |chi| format!(", χ² {chi:.3} a ray"));
        let why = SlabIterations::reasons(&self.iterations);
        let (done, planned, residual) = (slab.done, slab.planned, last(&slab.residual));
        Some(format!("iterations  {done} of {planned}, residual {residual:.4}{chi_square} ({why})"))
    }

    fn axis_line(&self) -> String {
        let number = |key: &str| self.axis[key].as_f64();
        let (centre, tilt) = (number("centre_px"), number("tilt_deg"));
        let mut line = match (centre, number("centre_sigma_px")) {
            (Some(centre), Some(sigma)) if sigma > 0.0 => {
                format!("column {centre:.3} px (standard deviation {sigma:.3})")
            }
            (Some(centre), _) => format!("column {centre:.3} px, as told"),
            (None, _) => "unknown".into(),
        };
        let measured = self.axis["tilt_sigma_rad"].is_number();
        line.push_str(&match tilt {
            Some(tilt) if tilt != 0.0 || measured => format!(", tilt {tilt:.4}°"),
            _ => ", tilt neither told nor measured, taken as 0".into(),
        });
        let methods = self.axis["methods"].as_array().map_or(&[][..], Vec::as_slice);
        let said = methods.iter().filter_map(|method| {
            Some(format!("{} {:.3}", method["name"].as_str()?, method["centre_px"].as_f64()?))
        });
        let said: Vec<String> = said.collect();
        if said.is_empty() { line } else { format!("{line} ({})", said.join(", ")) }
    }
}

/// A value of the record as a number.
#[must_use]
pub(crate) fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or(f64::NAN)
}
