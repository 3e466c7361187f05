//! The threads that speak to S3. Everything else here is called from threads that may wait.

use std::future::Future;

use base::{Error, Result};
use tokio::runtime::{Builder, Runtime};

/// See the module. Requests of all storages share it.
#[derive(Debug)]
pub(crate) struct Background(Option<Runtime>);

impl Background {
    /// Starts the threads.
    ///
    /// # Errors
    /// Internal, if the system gives none.
    pub(crate) fn start() -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("s3").enable_all().build();
        Ok(Self(Some(runtime.map_err(Error::internal)?)))
    }

    /// Waits for it; never to be called from an async task.
    ///
    /// # Errors
    /// Unavailable, when the program ends.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        self.0.as_ref().map(|runtime| runtime.block_on(future)).ok_or_else(|| Error::unavailable("the program ends"))
    }

    /// Does it while others go on.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            drop(runtime.spawn(future));
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Waiting for it would be a panic where an async task is the last that knows of it.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
