//! The program.

fn main() -> std::process::ExitCode {
    kurak::cli::main()
}
