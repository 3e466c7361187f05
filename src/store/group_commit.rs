//! Group commit: what several threads write at the same time goes to the database as one statement with one commit.
//!
//! Whoever comes while another one writes waits, and goes with the next group; nobody waits for company. A group that
//! fails is written one by one, so that each hears of his own faults only.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
};

use base::{Error, Kind, Result};

/// The largest group.
const GROUP: usize = 16;

/// Writers that go together; `T` is what one writes, `R` what he is told.
pub struct GroupCommit<T, R>(Mutex<Queue<T, R>>);

struct Queue<T, R> {
    waiting: VecDeque<Entry<T, R>>,
    /// Somebody writes, and sees to it that the next one does.
    led: bool,
}

struct Entry<T, R> {
    item: T,
    told: SyncSender<Told<R>>,
}

enum Told<R> {
    /// Write the next group.
    Lead,
    Done(Result<R>),
}

impl<T, R> Default for GroupCommit<T, R> {
    fn default() -> Self {
        Self(Mutex::new(Queue { waiting: VecDeque::new(), led: false }))
    }
}

impl<T, R> GroupCommit<T, R> {
    /// Has the item written, with those of others. `write` does that for a group in one transaction, and answers for each
    /// item in their order; it may be called for items of others, several times, or not at all.
    ///
    /// # Errors
    /// What `write` says of the item.
    pub fn write(&self, item: T, mut write: impl FnMut(&[&T]) -> Result<Vec<R>>) -> Result<R> {
        // One place to be told to lead, one for the answer.
        let (told, hear) = sync_channel(2);
        let leads = {
            let mut queue = self.queue();
            queue.waiting.push_back(Entry { item, told });
            !std::mem::replace(&mut queue.led, true)
        };
        if leads {
            self.lead(&mut write);
        }
        loop {
            match hear.recv() {
                Ok(Told::Done(result)) => return result,
                Ok(Told::Lead) => self.lead(&mut write),
                Err(_gone) => return Err(Error::internal("the write of a group broke off")),
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<T, R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lead(&self, write: &mut impl FnMut(&[&T]) -> Result<Vec<R>>) {
        let _next = Next(self);
        let group: Vec<Entry<T, R>> = {
            let mut queue = self.queue();
            let count = queue.waiting.len().min(GROUP);
            queue.waiting.drain(..count).collect()
        };
        let items: Vec<&T> = group.iter().map(|entry| &entry.item).collect();
        match write(&items) {
            Ok(results) => {
                for (entry, result) in group.iter().zip(results) {
                    entry.tell(Ok(result));
                }
            }
            Err(error) if group.len() < 2 || error.kind() == Kind::Unavailable => {
                group.iter().for_each(|entry| entry.tell(Err(error.clone())));
            }
            Err(_of_somebody) => {
                for entry in &group {
                    let result = write(&[&entry.item]).and_then(|mut results| results.pop().ok_or_else(lost));
                    entry.tell(result);
                }
            }
        }
    }
}

fn lost() -> Error {
    Error::internal("the write of a group answered nothing")
}

impl<T, R> Entry<T, R> {
    fn tell(&self, result: Result<R>) {
        // Nobody leaves before he is told.
        let _gone = self.told.try_send(Told::Done(result));
    }
}

/// Makes the first of those who wait the next leader, also after a panic.
struct Next<'a, T, R>(&'a GroupCommit<T, R>);

impl<T, R> Drop for Next<'_, T, R> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        while let Some(first) = queue.waiting.front() {
            if first.told.try_send(Told::Lead).is_ok() {
                return;
            }
            queue.waiting.pop_front();
        }
        queue.led = false;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier, mpsc};

    use super::*;

    #[test]
    fn what_comes_meanwhile_goes_together_and_each_hears_of_his_own() {
        let (groups, writes) = (Arc::new(GroupCommit::default()), Arc::new(Mutex::new(Vec::new())));
        let work = |writes: &Mutex<Vec<usize>>, items: &[&i32]| {
            writes.lock().unwrap().push(items.len());
            if items.contains(&&13) {
                Err(Error::conflict("thirteen"))
            } else {
                Ok(items.iter().map(|item| **item * 2).collect())
            }
        };
        let (open, gate) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel::<()>();
        let first = {
            let (groups, writes) = (Arc::clone(&groups), Arc::clone(&writes));
            std::thread::spawn(move || {
                groups.write(1, |items| {
                    if items == [&1] {
                        begin.send(()).unwrap();
                        gate.recv().unwrap();
                    }
                    work(&writes, items)
                })
            })
        };
        begun.recv().unwrap();
        let others: Vec<_> = [12, 13, 14]
            .into_iter()
            .map(|item| {
                let (groups, writes) = (Arc::clone(&groups), Arc::clone(&writes));
                std::thread::spawn(move || (item, groups.write(item, |items| work(&writes, items))))
            })
            .collect();
        while groups.queue().waiting.len() < 3 {
            std::thread::yield_now();
        }
        open.send(()).unwrap();
        assert_eq!(first.join().unwrap().unwrap(), 2);
        for other in others {
            let (item, result) = other.join().unwrap();
            match result {
                Ok(twice) => assert_eq!(twice, item * 2),
                Err(error) => assert_eq!((item, error.kind()), (13, Kind::Conflict)),
            }
        }
        // Alone; three together, which failed; one by one.
        assert_eq!(*writes.lock().unwrap(), [1, 3, 1, 1, 1]);
    }

    #[test]
    fn a_panic_ends_one_group_and_not_the_next() {
        let groups = Arc::new(GroupCommit::<i32, i32>::default());
        let broken = {
            let groups = Arc::clone(&groups);
            std::thread::spawn(move || groups.write(1, |_items| panic!("broken")))
        };
        assert!(broken.join().is_err());
        assert_eq!(groups.write(2, |items| Ok(items.iter().map(|item| **item).collect())).unwrap(), 2);
        let barrier = Arc::new(Barrier::new(8));
        let many: Vec<_> = (0..8)
            .map(|item| {
                let (groups, barrier) = (Arc::clone(&groups), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    barrier.wait();
                    (0..200).all(|_| groups.write(item, |items| Ok(items.iter().map(|item| **item).collect())).unwrap() == item)
                })
            })
            .collect();
        assert!(many.into_iter().all(|thread| thread.join().unwrap()));
    }
}
