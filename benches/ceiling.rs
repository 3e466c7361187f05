//! The ceiling: a handler that answers the same bytes to everybody, with the web framework and the settings of the
//! product and nothing else.

use std::{fs, path::Path, process::Command, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    http::header::ContentType,
    web::{Bytes, to},
};

use crate::{Outcome, process::Server};

/// Serves the bytes of a file until the process is killed.
pub fn serve(file: &str, port: u16) -> Outcome<()> {
    let body = Bytes::from(fs::read(file)?);
    let site = move || {
        let body = body.clone();
        App::new().default_service(to(move || {
            let answer = HttpResponse::Ok().content_type(ContentType::json()).body(body.clone());
            std::future::ready(answer)
        }))
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(site)
        .workers(workers)
        .tcp_nodelay(true)
        .keep_alive(Duration::from_secs(75))
        .bind(("127.0.0.1", port))?
        .run();
    Ok(actix_web::rt::System::new().block_on(server)?)
}

/// Starts it in a process of its own.
pub fn start(folder: &Path, body: &[u8]) -> Outcome<Server> {
    let file = folder.join(format!("ceiling-{}.json", body.len()));
    fs::write(&file, body)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("ceiling").arg(&file);
    Server::start(command, &file.with_extension("log"))
}
