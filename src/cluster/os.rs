//! The few calls to the operating system that Rust's library has no safe form of: detach a child, send a signal.
//!
//! All unsafe code of kurak is in this file. Must never hand out a pointer or keep one.
#![expect(
    unsafe_code,
    reason = "setsid, prctl, kill and geteuid exist only as C functions; none of them takes a pointer of ours"
)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What PostgreSQL's postmaster understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// "Fast": sessions are cut off, everything is written, no recovery is due at the next start.
    Interrupt,
    /// "Immediate": ends at once; the next start replays the log.
    Quit,
    /// The last resort.
    Kill,
}

/// True when this process may do everything (PostgreSQL refuses to).
pub(crate) fn is_root() -> bool {
    // SAFETY: takes nothing, cannot fail, touches no memory.
    unsafe { libc::geteuid() == 0 }
}

/// Sends `signal` to one process; false when there is none or it is not ours. Never to a group: pids below 2 are refused.
pub(crate) fn send(pid: i32, signal: Signal) -> bool {
    let number = match signal {
        Signal::Interrupt => libc::SIGINT,
        Signal::Quit => libc::SIGQUIT,
        Signal::Kill => libc::SIGKILL,
    };
    // SAFETY: plain numbers; a pid above 1 names exactly one process.
    pid > 1 && unsafe { libc::kill(pid, number) == 0 }
}

/// True when a process of that id exists, a zombie included.
pub(crate) fn exists(pid: i32) -> bool {
    // SAFETY: signal 0 is sent to nobody, it only asks.
    pid > 1 && (unsafe { libc::kill(pid, 0) == 0 } || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM))
}

/// The child gets a session of its own, so that Ctrl-C in our terminal does not reach it; on Linux it also gets SIGINT when the
/// **thread** that spawned it ends, which must therefore be one that lives as long as the child is wanted.
pub(crate) fn detach(command: &mut Command) {
    let owner = i32::try_from(std::process::id()).unwrap_or(0);
    let hook = move || prepare(owner);
    // SAFETY: between fork and exec the hook calls only async-signal-safe functions and allocates nothing.
    unsafe { command.pre_exec(hook) };
}

/// Runs in the child after its user was changed (which would clear the parent-death signal) and before its program starts.
fn prepare(owner: i32) -> io::Result<()> {
    // SAFETY: takes nothing, touches no memory, async-signal-safe.
    if unsafe { libc::setsid() } == -1 {
        return Err(io::Error::last_os_error());
    }
    die_with(owner)
}

#[cfg(target_os = "linux")]
fn die_with(owner: i32) -> io::Result<()> {
    let signal = libc::c_ulong::try_from(libc::SIGINT).unwrap_or(2);
    // SAFETY: two system calls on plain numbers, both async-signal-safe.
    unsafe {
        if libc::prctl(libc::PR_SET_PDEATHSIG, signal) == -1 {
            return Err(io::Error::last_os_error());
        }
        // The owner may have gone before the line above; then nobody would ever send the signal.
        if libc::getppid() != owner {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn die_with(_owner: i32) -> io::Result<()> {
    Ok(())
}
