//! What a component does wrong: each its own code, nothing of its text to the client, and the next request is served.

use crate::host::Host;
use crate::http::{get, send};
use std::time::{Duration, Instant};

#[test]
fn each_failure_has_its_code_and_costs_one_request() {
    let host = Host::start(|options| {
        options.deadline = Duration::from_millis(300);
        options.memory = 32 << 20;
        options.answer_limit = 1 << 20;
    });
    let cases = [
        ("/trap", 500, "function-trapped"),
        ("/half", 500, "function-trapped"),
        ("/exhaust", 500, "out-of-memory"),
        ("/loop", 504, "deadline-exceeded"),
        ("/sleep?60000", 504, "deadline-exceeded"),
        ("/none", 500, "answer-missing"),
        ("/bytes?1048577", 500, "answer-too-large"),
    ];
    for (number, (path, status, code)) in cases.into_iter().enumerate() {
        assert_eq!(get(host.addr(), "/served").text(), "1", "before {path}");
        let reply = get(host.addr(), path);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{path}");
        assert!(!reply.text().contains("secret") && !reply.text().contains("wasm"), "{path}: {}", reply.text());
        assert_eq!(host.metric("pushcart_instances_retired_total{cause=\"failed\"}"), number as u64 + 1, "{path}");
        assert!(host.metric(&format!("pushcart_problems_total{{code=\"{code}\"}}")) > 0, "{path}");
    }
    assert_eq!(get(host.addr(), "/bytes?1048576").body.len(), 1 << 20);
}

#[test]
fn one_that_computes_forever_does_not_delay_the_others() {
    let host = Host::start(|options| options.deadline = Duration::from_secs(2));
    let addr = host.addr();
    let loops: Vec<_> = (0..4).map(|_| std::thread::spawn(move || get(addr, "/loop").code())).collect();
    std::thread::sleep(Duration::from_millis(200));
    let started = Instant::now();
    for _ in 0..10 {
        assert_eq!(get(addr, "/echo").status, 200);
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    for one in loops {
        assert_eq!(one.join().unwrap(), "deadline-exceeded");
    }
}

#[test]
fn requests_that_no_component_can_answer_are_told_so() {
    let host = Host::start_with("", |_| {});
    assert_eq!(send(host.addr(), "OPTIONS", "*", &[], b"").code(), "route-not-found");
    let mut socket = crate::http::connect(host.addr());
    std::io::Write::write_all(&mut socket, b"GET /echo HTTP/1.0\r\n\r\n").unwrap();
    assert_eq!(crate::http::read(&mut socket).code(), "request-malformed");
}
