//! A finished run done again from its record, and held to it bit by bit. Knows no file format.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{
    error::RunError,
    provenance::{Input, Program, RECORD, RunRecord, Status, hash_inputs},
    recipe::Recipe,
    resume::changed,
    run::{RunOptions, run},
    watch::Watch,
};

/// What a rerun needs of a record.
#[derive(Debug, Deserialize)]
struct Past {
    program: Program,
    status: Status,
    recipe: Recipe,
    inputs: Vec<Input>,
    volume: Option<PastVolume>,
}

#[derive(Debug, Deserialize)]
struct PastVolume {
    sha256: String,
}

/// Does again what `folder/run.json` records, into `options.out`, and compares the volumes.
///
/// # Errors
/// No record, inputs that have changed since, and a volume that is not bit by bit the same.
pub fn rerun(
    folder: &Path,
    options: &RunOptions,
    watch: &dyn Watch,
) -> Result<RunRecord, RunError> {
    let path = folder.join(RECORD);
    let refuse = |why: String| RunError::Rerun { why, path: path.clone() };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        refuse(format!("found no record of a run, {error}; give the --out folder of a run"))
    })?;
    let past: Past = serde_json::from_str(&text)
        .map_err(|error| refuse(format!("the record cannot be read, {error}")))?;
    let volume = past
        .volume
        .ok_or_else(|| refuse("that run was stopped before its volume was whole".into()))?;
    if past.status == Status::Stopped {
        return Err(refuse(
            "that run was stopped at an iteration, which stands in its `iterations`; set \
             `reconstruct.iterative.iterations` to it in the recipe, and run that"
                .into(),
        ));
    }
    let files: Vec<PathBuf> = past.inputs.iter().map(|input| input.path.clone()).collect();
    if let Some(file) = changed(&past.inputs, &hash_inputs(&files)?) {
        return Err(refuse(format!("the input {} has changed since", file.display())));
    }
    if past.program != Program::this() {
        let Program { version, commit, .. } = &past.program;
        watch.warn(&format!("that run was made by version {version}, commit {commit}"));
    }
    let record = run(&past.recipe, options, watch)?;
    let sha256 = record.volume.as_ref().map(|volume| volume.sha256.as_str());
    if sha256 == Some(volume.sha256.as_str()) {
        return Ok(record);
    }
    Err(refuse(
        "the volume differs from the recorded one; another program version or another \
         processor may have made it"
            .into(),
    ))
}
