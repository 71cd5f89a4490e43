//! Progress for a person: bars with the time left on a terminal, plain lines when piped. Runs nothing.

use std::{
    io::{IsTerminal, stderr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};
use voltomo_pipeline::Watch;

/// Tells what a run does, and stops it at Ctrl-C.
pub(crate) struct Console {
    cancelled: Arc<AtomicBool>,
    /// Whether the present step writes nothing, so that the program may end in it.
    may_end: Arc<AtomicBool>,
    is_terminal: bool,
    step: Mutex<Option<Step>>,
    printed_tenth: AtomicUsize,
}

struct Step {
    name: String,
    total: usize,
    began: Instant,
    bar: Option<ProgressBar>,
}

impl Console {
    /// A console that listens to Ctrl-C: the first one stops after the present slab, iteration or
    /// picture, and at once in a step that writes nothing; the second one at once.
    pub(crate) fn listening() -> Result<Self, String> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let may_end = Arc::new(AtomicBool::new(false));
        let (flag, free) = (Arc::clone(&cancelled), Arc::clone(&may_end));
        ctrlc::set_handler(move || {
            if free.load(Ordering::Relaxed) {
                eprintln!("\nerror: stopped; this step had written nothing");
                std::process::exit(2);
            }
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(2);
            }
            eprintln!(
                "\nstopping after this slab, iteration or picture; press Ctrl-C again to stop at once"
            );
        })
        .map_err(|error| format!("cannot listen to Ctrl-C: {error}"))?;
        Ok(Self {
            cancelled,
            may_end,
            is_terminal: stderr().is_terminal(),
            step: Mutex::new(None),
            printed_tenth: AtomicUsize::new(0),
        })
    }

    fn print(&self, line: &str) {
        let step = self.step.lock();
        match step.as_ref().ok().and_then(|step| step.as_ref()?.bar.as_ref()) {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }
}

impl Watch for Console {
    fn begin(&self, name: &str, total: usize) {
        let bar = self.is_terminal.then(|| bar(name, total));
        if bar.is_none() {
            eprintln!("{name} …");
        }
        self.printed_tenth.store(0, Ordering::Relaxed);
        if let Ok(mut step) = self.step.lock() {
            *step = Some(Step { name: name.into(), total, began: Instant::now(), bar });
        }
    }

    fn begin_unwritten(&self, name: &str, total: usize) {
        self.begin(name, total);
        self.may_end.store(true, Ordering::Relaxed);
    }

    fn advance(&self, done: usize) {
        let Ok(guard) = self.step.lock() else { return };
        let Some(step) = guard.as_ref() else { return };
        if let Some(bar) = &step.bar {
            return bar.set_position(done as u64);
        }
        let tenth = done * 10 / step.total.max(1);
        if tenth > self.printed_tenth.fetch_max(tenth, Ordering::Relaxed) && tenth < 10 {
            let elapsed = step.began.elapsed().as_secs_f64();
            let left = elapsed * (step.total.saturating_sub(done)) as f64 / done.max(1) as f64;
            eprintln!("{} {}0 %, {left:.0} s left", step.name, tenth);
        }
    }

    fn end(&self) {
        self.may_end.store(false, Ordering::Relaxed);
        let Ok(mut guard) = self.step.lock() else { return };
        let Some(step) = guard.take() else { return };
        if let Some(bar) = step.bar {
            bar.finish_and_clear();
        }
        eprintln!("{} done in {:.1} s", step.name, step.began.elapsed().as_secs_f64());
    }

    fn note(&self, text: &str) {
        self.print(text);
    }

    fn warn(&self, text: &str) {
        self.print(&format!("WARNING: {text}"));
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

fn bar(name: &str, total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64).with_message(name.to_string());
    let template = "{msg:30} [{bar:40}] {percent:>3} % {eta:>4} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
