//! The `oncall` binary: arguments in, text and an exit status out.

use clap_complete::env::CompleteEnv;
use oncall::cli::{self, Exit, Output};
use oncall::git::remote;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// See `Cargo.toml` for why.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    remote::prepare();
    CompleteEnv::with_factory(|| cli::command(cli::reader())).var(cli::complete_by()).complete();
    let output = cli::arguments().map_or_else(|shown| shown, |arguments| cli::run(arguments.command));
    let written = write(&output);
    match written {
        Ok(()) => ExitCode::from(output.exit as u8),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: cannot write the answer: {error}");
            ExitCode::from(Exit::Usage as u8)
        }
    }
}

/// A reader that went away (`oncall shifts … | head`) has had enough.
fn write(output: &Output) -> io::Result<()> {
    // Whoever does not read standard error keeps nobody who has nothing to say.
    if !output.err.is_empty() {
        let _ = anstream::stderr().write_all(output.err.as_bytes());
    }
    let mut stdout = anstream::stdout();
    match stdout.write_all(output.out.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
