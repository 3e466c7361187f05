//! Where the time of a load goes: with `KURAK_BENCH_PERF=FOLDER`, each load is recorded by `perf` into a file of its own.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A recording; ends when dropped.
pub struct Profile(Child);

impl Profile {
    /// Begins one, if somebody asked for it and the machine has `perf`.
    pub fn begin(first: Option<&Vec<u8>>, server: u32) -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("KURAK_BENCH_PERF")?);
        let file = folder.join(format!("{:02}.data", COUNT.fetch_add(1, Ordering::Relaxed)));
        let line = first.map(|request| String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned());
        eprintln!("  {}: process {server}: {}", file.display(), line.unwrap_or_default());
        let mut command = Command::new("perf");
        command.args(["record", "-q", "-a", "-g", "-F", "499", "-o"]).arg(file);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok().map(Self)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let told = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        if told.is_ok_and(|status| status.success()) {
            drop(self.0.wait());
        }
    }
}
