//! Programs that are measured: started as children, their processor time and memory read from /proc.

use std::{
    collections::HashMap,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::Outcome;

/// Ticks of /proc a second; the same on every Linux.
const TICKS: f64 = 100.0;
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that runs; stopped when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the program until it took a connection.
    pub began: Instant,
}

impl Server {
    /// Starts a program that listens on the port at the end of its arguments, and waits until it does.
    pub fn start(mut command: Command, log: &Path) -> Outcome<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let file = fs::File::create(log)?;
        let began = Instant::now();
        let child = command
            .args(["--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let mut server = Self { child, address, began };
        while TcpStream::connect(address).is_err() {
            let ended = server.child.try_wait()?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                return Err(format!("it does not start; see {}: {}", log.display(), fs::read_to_string(log)?).into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(server)
    }

    /// Seconds of processor time that it and everything below it used so far.
    pub fn cpu(&self) -> f64 {
        cpu_below(self.child.id())
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Megabytes of memory that it holds (`VmRSS`), or held at most (`VmHWM`). PostgreSQL not counted.
    pub fn memory(&self, which: &str) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kilobytes.unwrap_or_default() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status();
        if !told.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// What /proc says of a process: its parent; its own ticks and those of its children that ended.
fn stat(process: u32) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    Some((u32::try_from(number(1)?).ok()?, (11..=14).map(|at| number(at).unwrap_or_default()).sum()))
}

/// Seconds of processor time of a process and of all below it, those that ended included.
pub fn cpu_below(root: u32) -> f64 {
    let listed = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: HashMap<u32, (u32, u64)> = listed
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|process: u32| Some((process, stat(process)?)))
        .collect();
    let is_below = |mut process: u32| loop {
        if process == root {
            return true;
        }
        match all.get(&process) {
            Some((parent, _)) if *parent != 0 => process = *parent,
            _ => return false,
        }
    };
    let ticks: u64 = all.iter().filter(|(process, _)| is_below(**process)).map(|(_, (_, ticks))| *ticks).sum();
    ticks as f64 / TICKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_an_ended_child_is_counted() {
        let before = cpu_below(std::process::id());
        let script = "n=0; while [ $n -lt 200000 ]; do n=$((n+1)); done";
        assert!(Command::new("sh").args(["-c", script]).status().unwrap().success());
        assert!(cpu_below(std::process::id()) - before >= 0.05);
    }
}
