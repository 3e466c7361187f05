//! Ctrl-C and SIGTERM: the first one asks for an orderly end, the second Ctrl-C ends at once.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::Duration,
};

use base::{Error, Result};
use tokio::signal::unix::{SignalKind, signal};

/// Hears signals from its making on.
pub struct Signals(Receiver<()>);

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// Internal, if the system lets nobody listen.
    pub fn listen() -> Result<Self> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(Error::internal)?;
        let (mut terminate, mut interrupt) = {
            let _inside = runtime.enter();
            (signal(SignalKind::terminate()).map_err(Error::internal)?, signal(SignalKind::interrupt()).map_err(Error::internal)?)
        };
        let listen = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                let _waiting = sender.try_send(());
                // The private PostgreSQL ends with this process, whatever way it goes.
                interrupt.recv().await;
                std::process::exit(130);
            });
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map_err(Error::internal)?;
        Ok(Self(receiver))
    }

    /// Waits for a signal.
    pub fn wait(&self) {
        let _either_way = self.0.recv();
    }

    /// Waits for a signal, but not longer than this; true when there was one.
    #[must_use]
    pub fn came_within(&self, time: Duration) -> bool {
        !matches!(self.0.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}
