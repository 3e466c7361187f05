//! Which threads give way to others while the processors are busy.

/// For threads of writers: a reader waits for a search, and every search waits for what was written before.
pub const WRITING: i32 = 5;
/// For threads that nobody waits for: harvests, rebuilds, checks.
pub const BEHIND: i32 = 10;

/// Has this thread, and those that it starts from now on, give way by so many steps of `nice`. Where the system does not do
/// that, nothing happens: it is a courtesy.
pub fn give_way(steps: i32) {
    let _stays = rustix::process::setpriority_process(Some(rustix::thread::gettid()), steps);
}
