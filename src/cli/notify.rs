//! `kurak notify`: tells people of what is new.

use base::Result;
use clap::Subcommand;

use super::{act, input, print};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// E-mail everybody who wants it what is new in his dashboard
    #[command(name = "send_emails", alias = "send-emails")]
    SendEmails,
    /// Tell CKAN's plugins of every dataset anew: there are none here
    #[command(hide = true)]
    Replay,
}

pub fn run(config: Config, command: &Command) -> Result<()> {
    if matches!(command, Command::Replay) {
        return print::line("nothing has to be told anew: what follows changes follows the change log");
    }
    act(&Kurak::tools(config)?, "send_email_notifications", input([]))?;
    print::line("E-mails have been sent")
}
