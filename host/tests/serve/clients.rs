//! Clients that are slow, silent or gone, and the orderly end.

use crate::host::Host;
use crate::http::{connect, get, read};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

fn ends_within(mut socket: std::net::TcpStream, time: Duration) {
    let started = Instant::now();
    let _ = socket.read_to_end(&mut Vec::new());
    assert!(started.elapsed() < time, "{:?}", started.elapsed());
}

#[test]
fn a_head_that_does_not_come_closes_the_connection() {
    let host = Host::start(|options| options.header_timeout = Duration::from_millis(300));
    let silent = connect(host.addr());
    let mut half = connect(host.addr());
    half.write_all(b"GET /echo HTTP/1.1\r\nhost:").unwrap();
    let mut idle = connect(host.addr());
    idle.write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    assert_eq!(read(&mut idle).status, 200);
    for socket in [silent, half, idle] {
        ends_within(socket, Duration::from_secs(3));
    }
}

#[test]
fn a_body_that_does_not_come_is_a_timeout() {
    let host = Host::start(|options| options.body_timeout = Duration::from_millis(300));
    let mut socket = connect(host.addr());
    socket.write_all(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nbegin").unwrap();
    let reply = read(&mut socket);
    assert_eq!((reply.status, reply.code().as_str()), (408, "body-timeout"));
    assert_eq!(host.metric("pushcart_instances_idle"), 1, "no component is called for it");
    ends_within(socket, Duration::from_secs(3));
}

#[test]
fn a_client_that_takes_nothing_is_let_go() {
    let host = Host::start(|options| {
        options.write_timeout = Duration::from_millis(300);
        options.answer_limit = 32 << 20;
    });
    let mut socket = connect(host.addr());
    socket.write_all(b"GET /bytes?30000000 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_secs(1));
    // The connection that asks is one.
    let started = Instant::now();
    while host.metric("pushcart_connections") > 1 && started.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(host.metric("pushcart_connections"), 1);
}

#[test]
fn a_client_that_goes_away_costs_an_instance_and_nothing_else() {
    let host = Host::start(|_| {});
    let mut socket = connect(host.addr());
    socket.write_all(b"GET /sleep?1500 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    drop(socket);
    let started = Instant::now();
    let abandoned = "pushcart_instances_retired_total{cause=\"abandoned\"}";
    while host.metric(abandoned) == 0 && started.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((host.metric(abandoned), host.metric("pushcart_requests_in_flight")), (1, 0));
}

#[test]
fn requests_follow_each_other_on_one_connection_without_delay() {
    let host = Host::start(|_| {});
    let mut socket = connect(host.addr());
    let started = Instant::now();
    for _ in 0..20 {
        socket.write_all(b"GET /echo HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        assert_eq!(read(&mut socket).status, 200);
    }
    // Without TCP_NODELAY each waits 40 ms.
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
}

#[test]
fn what_is_under_way_finishes_and_readiness_says_no() {
    let host = Host::start(|_| {});
    let addr = host.addr();
    let mut open = connect(addr);
    open.write_all(b"GET /sleep?600 HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut asking = connect(addr);
    asking.write_all(b"GET /readyz HTTP/1.1\r\nhost: a\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(150));
    host.stop();
    std::thread::sleep(Duration::from_millis(50));
    // hyper lets a head that has begun finish.
    let _ = asking.write_all(b"\r\n");
    let reply = read(&mut open);
    assert_eq!((reply.status, reply.text().as_str()), (200, "slept"));
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(std::net::TcpStream::connect(addr).is_err(), "no new connections");
    host.finish();
}

#[test]
fn metrics_name_no_path_and_no_query() {
    let host = Host::start(|_| {});
    get(host.addr(), "/echo/someone?email=a@b");
    let text = get(host.addr(), "/metrics").text();
    assert!(text.contains("route=\"/...\"") && !text.contains("someone") && !text.contains("email"), "{text}");
}
