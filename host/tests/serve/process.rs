//! The binary: what it says, how it stops, and what is left when it is killed.

use crate::host::app;
use crate::http::{get, send};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

struct Process {
    child: Child,
    addr: SocketAddr,
    log: std::thread::JoinHandle<Vec<String>>,
}

fn pushcart() -> Command {
    Command::new(env!("CARGO_BIN_EXE_pushcart"))
}

fn up(folder: &Path, more: &[&str]) -> Process {
    let mut command = pushcart();
    command.arg("up").arg("--from").arg(folder).args(["--listen", "127.0.0.1:0"]).args(more);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let addr = loop {
        let line = lines.next().expect("it serves").unwrap();
        if let Some(addr) = line.strip_prefix("Serving http://") {
            break addr.parse().unwrap();
        }
    };
    let log = std::thread::spawn(move || lines.map_while(Result::ok).collect());
    Process { child, addr, log }
}

impl Process {
    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap().success());
    }

    fn end(mut self) -> (Option<i32>, Vec<String>) {
        let status = self.child.wait().unwrap();
        (status.code(), self.log.join().unwrap())
    }
}

fn refused(folder: &Path, more: &[&str]) -> String {
    let mut command = pushcart();
    let Output { status, stdout: _, stderr } =
        command.arg("up").arg("-f").arg(folder).args(["--listen", "127.0.0.1:0"]).args(more).output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn what_was_answered_survives_being_killed() {
    let folder = app("");
    for round in 0..3 {
        let process = up(&folder, &["--quiet"]);
        let addr = process.addr;
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                std::thread::spawn(move || {
                    let written = (0..).take_while(|number| {
                        let path = format!("/kv/{round}-{writer}-{number}");
                        std::panic::catch_unwind(|| send(addr, "PUT", &path, &[], b"v").status == 200).unwrap_or(false)
                    });
                    written.count()
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(400));
        process.signal("-KILL");
        process.end();
        let written: Vec<usize> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        assert!(written.iter().sum::<usize>() > 0);
        let process = up(&folder, &["--quiet"]);
        for (writer, count) in written.into_iter().enumerate() {
            for number in 0..count {
                assert_eq!(get(process.addr, &format!("/kv/{round}-{writer}-{number}")).text(), "v");
            }
        }
        process.signal("-TERM");
        assert_eq!(process.end().0, Some(0));
    }
}

#[test]
fn sigterm_lets_a_request_finish_and_the_log_holds_no_personal_data() {
    let process = up(&app(""), &["--log", "json"]);
    let addr = process.addr;
    let slow = std::thread::spawn(move || get(addr, "/sleep?700").text());
    get(addr, "/echo/person?email=someone@example.com");
    get(addr, "/print?20000");
    get(addr, "/trap");
    std::thread::sleep(Duration::from_millis(200));
    let started = Instant::now();
    process.signal("-TERM");
    assert_eq!(slow.join().unwrap(), "slept");
    let (code, log) = process.end();
    assert_eq!(code, Some(0));
    assert!(started.elapsed() < Duration::from_secs(5));
    let events: Vec<serde_json::Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>();
    assert_eq!(of("request").len(), 4, "{log:?}");
    assert!(of("request").iter().all(|event| event["route"] == "/..." && event["trace"].as_str().unwrap().len() == 32));
    assert!(of("component").iter().any(|event| event["line"] == "printed line"));
    assert!(of("component").iter().all(|event| event["line"].as_str().unwrap().len() < 3000));
    let text = log.join("\n");
    assert!(!text.contains("someone") && !text.contains("person") && !text.contains("127.0.0.1"), "{text}");
    assert!(text.contains("secret-of-the-component"), "what a component says of itself is for the operator");
}

#[test]
fn what_cannot_run_is_refused_with_every_fault() {
    let folder = app("sqlite_databases = [\"default\"]\nfiles = [\"a\"]\nunknown = 1\n");
    let text = refused(&folder, &[]);
    for key in ["component.guest.sqlite_databases", "component.guest.files", "component.guest.unknown"] {
        assert!(text.contains(key), "{key}: {text}");
    }
    assert!(text.contains("spin.toml:"), "{text}");
    let checked = pushcart().arg("check").arg("-f").arg(&folder).output().unwrap();
    assert_eq!((checked.status.success(), checked.stderr), (false, text.into_bytes()));

    let text = refused(&app(""), &["--variable", "tokn=x"]);
    assert!(text.contains("tokn") && !text.contains("=x"), "{text}");
}

#[test]
fn a_second_host_on_the_same_state_is_refused() {
    let folder = app("");
    let process = up(&folder, &["--quiet"]);
    let text = refused(&folder, &[]);
    assert!(text.contains("another host"), "{text}");
    process.signal("-INT");
    assert_eq!(process.end().0, Some(0));
}

#[test]
fn variables_come_from_the_command_line_a_file_and_the_environment() {
    let folder = app("");
    let file = folder.join("variables.toml");
    std::fs::write(&file, "token = \"from-file\"\n").unwrap();
    let at_file = format!("@{}", file.display());
    for (given, wanted) in [("token=given", "Bearer given"), (at_file.as_str(), "Bearer from-file")] {
        let process = up(&folder, &["--variable", given]);
        assert!(get(process.addr, "/variable?token").text().contains(wanted));
        process.signal("-TERM");
        let (_, log) = process.end();
        assert!(!log.join("").contains(wanted.split(' ').nth(1).unwrap()), "{log:?}");
    }
}
