//! A run that is killed, or interrupted, goes on with --resume to the same volume.
#![cfg(unix)]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod turned_cylinder;

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use turned_cylinder::{Size, arguments, record, voltomo};

const SIZE: Size = Size { angles: 120, rows: 96, columns: 200 };

/// Starts the program with a slice a slab, and waits until some slabs are written.
fn start(words: &[String], out: &Path) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_voltomo"))
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !out.join("progress.json").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no slab within a minute");
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it could be stopped");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

/// Less memory is too little for a slab of one slice; this is just enough.
fn least_memory(words: &[String]) -> String {
    let refused = voltomo(words, &["--memory", "1MiB"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{text}");
    let needed = text.split("a slab of one slice takes ").nth(1).unwrap();
    let mebibytes: f64 = needed.split(" MiB").next().unwrap().parse().unwrap();
    format!("{:.2}MiB", mebibytes + 0.2)
}

/// `kill` ends the child in its way; the run is then gone on with.
fn hold(kill: impl Fn(&mut Child)) {
    let folder = tempfile::tempdir().unwrap();
    turned_cylinder::write(folder.path(), SIZE);
    let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
    let output = voltomo(&arguments(folder.path(), SIZE, &whole), &["--store", "mha"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));

    let mut words = arguments(folder.path(), SIZE, &stopped);
    words.extend(["--store".into(), "mha".into()]);
    let memory = least_memory(&words);
    words.extend(["--memory".into(), memory]);
    let mut child = start(&words, &stopped);
    kill(&mut child);
    let status = child.wait().unwrap();
    assert!(!status.success(), "{status}");
    assert!(!stopped.join("3-reconstruct/volume.mha").exists());

    let refused = voltomo(&words, &[]);
    assert_eq!(refused.status.code(), Some(2));
    let output = voltomo(&words, &["--resume"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (whole, stopped) = (record(&whole), record(&stopped));
    assert!(stopped["plan"]["slabs"].as_array().unwrap().len() > 10, "{}", stopped["plan"]);
    assert_eq!(stopped["volume"]["sha256"], whole["volume"]["sha256"]);
    assert_eq!(stopped["gates"], whole["gates"]);
    assert_eq!(stopped["corrections"], whole["corrections"]);
}

#[test]
fn a_killed_run_goes_on_to_the_same_volume() {
    hold(|child| child.kill().unwrap());
}

/// Ctrl-C ends between two slabs, with the exit code for what could not be done.
#[test]
fn an_interrupted_run_goes_on_to_the_same_volume() {
    hold(|child| {
        // The shell's own `kill`: the program of that name is not on every machine.
        let kill = format!("kill -INT {}", child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(2));
    });
}
