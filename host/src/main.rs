//! The `pushcart` command.

fn main() -> std::process::ExitCode {
    pushcart::cli::main()
}
