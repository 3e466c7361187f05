//! Who holds a lease: this worker of this process on this machine, told so precisely that the next start can see that
//! its holder is dead, and need not wait for the lease to end.

use std::{
    fs,
    sync::{Mutex, PoisonError},
};

static LIVE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The identity of a worker; it counts as alive until it is dropped.
#[derive(Debug)]
pub struct Owner {
    text: String,
    nonce: String,
}

impl Owner {
    /// For a worker that starts now.
    #[must_use]
    pub fn new() -> Self {
        let nonce = base::id::new();
        LIVE.lock().unwrap_or_else(PoisonError::into_inner).push(nonce.clone());
        let process = std::process::id();
        Self { text: format!("{}|{process}|{}|{nonce}", machine(), started(process).unwrap_or_default()), nonce }
    }

    /// As it stands in the lease.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Default for Owner {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        LIVE.lock().unwrap_or_else(PoisonError::into_inner).retain(|nonce| *nonce != self.nonce);
    }
}

/// Host, boot and process namespace: process numbers mean the same wherever these are equal.
fn machine() -> String {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().replace('|', "");
    let space = fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{}|{}|{}", text("/proc/sys/kernel/hostname"), text("/proc/sys/kernel/random/boot_id"), space.replace('|', ""))
}

/// When a process was started, in ticks since the boot; `None` when there is none.
fn started(process: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; the start is the 20th word behind it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned)
}

/// True when the holder certainly is no more: a process of this machine that has ended, or an ended worker of this one.
#[must_use]
pub fn is_dead(owner: &str) -> bool {
    let machine = machine();
    if machine.split('|').any(str::is_empty) {
        return false;
    }
    let Some(rest) = owner.strip_prefix(&machine).and_then(|rest| rest.strip_prefix('|')) else { return false };
    let mut parts = rest.split('|');
    let (Some(process), Some(start), Some(nonce)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let Ok(process) = process.parse::<u32>() else { return false };
    if started(process).as_deref() != Some(start) {
        return true;
    }
    process == std::process::id() && !LIVE.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|live| live == nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_certainly_dead_are_dead() {
        let owner = Owner::new();
        let text = owner.as_str().to_owned();
        assert!(!is_dead(&text));
        drop(owner);
        assert!(is_dead(&text));
        assert!(is_dead(&format!("{}|4194304|1|x", machine())));
        assert!(!is_dead("elsewhere|boot|ns|1|1|x"));
        assert!(!is_dead(""));
    }
}
