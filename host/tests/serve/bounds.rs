//! Bodies and crowds: what is too much is refused with its code, and nothing else suffers.

use crate::host::Host;
use crate::http::{connect, get, read, send};
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn a_body_has_its_limit_to_the_byte() {
    let host = Host::start(|_| {});
    let body = vec![b'b'; (1 << 20) + 1];
    assert_eq!(send(host.addr(), "POST", "/echo", &[], &body[1..]).body, body[1..]);
    let reply = send(host.addr(), "POST", "/echo", &[], &body);
    assert_eq!((reply.status, reply.code().as_str()), (413, "body-too-large"));
    assert_eq!(reply.header("connection"), Some("close"));
}

#[test]
fn a_body_that_never_ends_is_cut_off() {
    let host = Host::start(|options| options.body_limit = 64 << 10);
    let mut socket = connect(host.addr());
    let mut sender = socket.try_clone().unwrap();
    socket.write_all(b"POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
    let sending = std::thread::spawn(move || {
        let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
        while sender.write_all(chunk.as_bytes()).is_ok() {}
    });
    assert_eq!(read(&mut socket).code(), "body-too-large");
    drop(socket);
    sending.join().unwrap();
    assert_eq!(get(host.addr(), "/echo").status, 200);
    assert_eq!(host.metric("pushcart_request_body_bytes"), 0);
}

#[test]
fn a_crowd_is_shed_and_told_when_to_come_back() {
    let host = Host::start(|options| {
        options.concurrency = 2;
        options.queue = 2;
        options.queue_timeout = Duration::from_millis(300);
    });
    let addr = host.addr();
    let sleeper = || std::thread::spawn(move || get(addr, "/sleep?800"));
    let crowd: Vec<_> = (0..8).map(|_| sleeper()).collect();
    let replies: Vec<_> = crowd.into_iter().map(|one| one.join().unwrap()).collect();
    let shed: Vec<_> = replies.iter().filter(|reply| reply.status == 503).collect();
    assert_eq!((replies.iter().filter(|reply| reply.status == 200).count(), shed.len()), (2, 6));
    for reply in shed {
        assert_eq!((reply.code().as_str(), reply.header("retry-after")), ("overloaded", Some("1")));
    }
    assert_eq!(host.metric("pushcart_requests_shed_total"), 6);
    assert_eq!(get(addr, "/echo").status, 200);
    assert_eq!((host.metric("pushcart_requests_queued"), host.metric("pushcart_requests_in_flight")), (0, 0));
}

#[test]
fn bodies_share_a_budget() {
    let host = Host::start(|options| options.body_budget = 100 << 10);
    let mut slow = connect(host.addr());
    slow.write_all(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 81920\r\n\r\nbegin").unwrap();
    let started = Instant::now();
    while host.metric("pushcart_request_body_bytes") == 0 && started.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(send(host.addr(), "POST", "/echo", &[], &[b'b'; 81920]).code(), "overloaded");
    assert_eq!(send(host.addr(), "POST", "/echo", &[], &[b'b'; 8192]).status, 200);
}
