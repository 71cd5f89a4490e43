//! Sets up the Python environment of the real clients, once. Knows no test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use crate::error::ChoreError;
use crate::workspace::{Workspace, read_text};

/// One line that names every client; run after the set-up, so that a broken wheel shows here.
const IMPORT_CLIENTS: &str = "import numpy, scipy, h5py, hdf5plugin, tifffile, imagecodecs, zarr, \
                              ome_zarr, ome_zarr_models, SimpleITK, astropy, skimage, vtk, jsonschema";
const NO_PYTHON: &str = "no Python 3.11 or newer here; apt install python3 python3-venv";
const NO_VENV: &str = "Python cannot make a virtual environment; apt install python3-venv";
const NO_CLIENTS: &str = "pip could not install the Python clients; see its message above, then \
                          run again with a network";
const BROKEN_CLIENTS: &str = "the Python clients are installed and do not import; see above";

/// The interpreter with the clients, or what is missing and what would mend it.
///
/// `VOLTOMO_PYTHON` names an interpreter of your own; else one is made in `target/python`.
pub(crate) fn prepare(workspace: &Workspace) -> Result<Result<PathBuf, String>, ChoreError> {
    println!("== Python clients: environment");
    if let Some(own) = env::var_os("VOLTOMO_PYTHON") {
        return Ok(check_imports(Path::new(&own)).map(|()| own.into()).map_err(String::from));
    }
    let list = workspace.root.join("xtask/python/requirements.txt");
    let wanted = read_text(&list)?;
    let folder = workspace.target.join("python");
    let stamp = folder.join("clients.txt");
    let python = folder.join("bin/python");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) && check_imports(&python).is_ok()
    {
        return Ok(Ok(python));
    }
    if let Err(reason) = set_up(&folder, &list).and_then(|()| check_imports(&python)) {
        println!("Python clients: {reason}");
        return Ok(Err(reason.into()));
    }
    fs::write(&stamp, wanted).map_err(|source| ChoreError::File { path: stamp, source })?;
    Ok(Ok(python))
}

/// Makes the environment and installs the listed clients into it, wheels only.
fn set_up(folder: &Path, list: &Path) -> Result<(), &'static str> {
    let base = find_python().ok_or(NO_PYTHON)?;
    let python = folder.join("bin/python");
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet"]);
    if !is_made_by(Command::new(base).args(["-m", "venv", "--clear"]).arg(folder))
        && !is_made_by(Command::new(base).args(["-m", "virtualenv", "--clear"]).arg(folder))
    {
        let uv =
            is_made_by(Command::new("uv").args(["venv", "--clear", "--python", base]).arg(folder));
        if !uv {
            return Err(NO_VENV);
        }
        pip = Command::new("uv");
        pip.args(["pip", "install", "--python"]).arg(&python);
    }
    pip.args(["--only-binary", ":all:", "--requirement"]).arg(list);
    println!("Python clients: installing into {}", folder.display());
    if is_done(&mut pip) { Ok(()) } else { Err(NO_CLIENTS) }
}

/// The first interpreter that is new enough.
fn find_python() -> Option<&'static str> {
    let is_new_enough = "import sys; sys.exit(sys.version_info < (3, 11))";
    let names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
    names.into_iter().find(|name| is_made_by(Command::new(name).args(["-c", is_new_enough])))
}

fn check_imports(python: &Path) -> Result<(), &'static str> {
    if is_done(Command::new(python).args(["-c", IMPORT_CLIENTS])) {
        Ok(())
    } else {
        Err(BROKEN_CLIENTS)
    }
}

/// Runs a command with its messages on the screen; `false` where it cannot start or fails.
fn is_done(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

/// As [`is_done`], in silence: one way of several, whose failing needs no telling.
fn is_made_by(command: &mut Command) -> bool {
    is_done(command.stdout(Stdio::null()).stderr(Stdio::null()))
}
