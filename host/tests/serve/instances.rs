//! How long an instance lives, and what of a request it sees.

use crate::host::Host;
use crate::http::{get, send};

#[test]
fn an_instance_serves_as_often_as_it_may() {
    let host = Host::start(|options| options.reuse = 3);
    let served: Vec<String> = (0..7).map(|_| get(host.addr(), "/served").text()).collect();
    assert_eq!(served, ["1", "2", "3", "1", "2", "3", "1"]);
    assert_eq!(host.metric("pushcart_instances_retired_total{cause=\"served\"}"), 2);

    let host = Host::start(|options| options.reuse = 1);
    let served: Vec<String> = (0..3).map(|_| get(host.addr(), "/served").text()).collect();
    assert_eq!(served, ["1", "1", "1"]);
}

#[test]
fn an_instance_that_grew_is_not_used_again() {
    let host = Host::start(|options| options.keep_memory = 8 << 20);
    assert_eq!(get(host.addr(), "/served").text(), "1");
    assert_eq!(get(host.addr(), "/hold?10").text(), "held");
    assert_eq!(get(host.addr(), "/served").text(), "1");
    assert_eq!(host.metric("pushcart_instances_retired_total{cause=\"grown\"}"), 1);
}

#[test]
fn a_request_with_memory_of_its_own_gets_an_instance_of_its_own() {
    let limits = r#"[component.guest.tool.pushcart]
body-limits = [{ method = "PUT", path = "/*", bytes = 4194304, memory-bytes = 134217728 }]"#;
    let host = Host::start_with(limits, |options| options.memory = 16 << 20);
    let body = vec![b'z'; 3 << 20];
    assert_eq!(send(host.addr(), "PUT", "/echo", &[], &body).body, body);
    assert_eq!(host.metric("pushcart_instances_retired_total{cause=\"single\"}"), 1);
    assert_eq!(send(host.addr(), "POST", "/echo", &[], &body).code(), "body-too-large");
    assert_eq!(send(host.addr(), "PUT", "/a/b", &[], &body).code(), "body-too-large");
    assert_eq!(get(host.addr(), "/hold?64").code(), "out-of-memory");
}

#[test]
fn the_component_sees_spins_headers_the_trace_and_its_variables() {
    let host = Host::start(|_| {});
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{id}-00f067aa0ba902b7-01");
    let headers = [("traceparent", parent.as_str()), ("spin-client-addr", "1.2.3.4")];
    let seen = |name: &str| send(host.addr(), "GET", &format!("/header?{name}"), &headers, b"").text();
    let trace = seen("traceparent");
    assert!(trace.contains(id) && trace.ends_with("-01") && trace != parent, "{trace}");
    assert_eq!((seen("spin-client-addr").as_str(), seen("spin-matched-route").as_str()), ("none", "/..."));
    assert_eq!(get(host.addr(), "/url?a=b").text(), "http://shop.test/url?a=b");
    assert_eq!(get(host.addr(), "/variable?token").text(), "Ok(\"Bearer s3cret\")");
    assert!(get(host.addr(), "/variable?other").text().contains("Undefined"));
    assert!(get(host.addr(), "/variable?no-name").text().contains("InvalidName"));
}

#[test]
fn a_component_names_its_route_for_the_counters_and_the_client_does_not_see_it() {
    let host = Host::start(|_| {});
    let reply = get(host.addr(), "/said");
    assert_eq!((reply.status, reply.header("x-pushcart-route"), reply.header("x-pushcart-code")), (422, None, None));
    assert_eq!(host.metric("pushcart_requests_total{route=\"/named/{route}\",status=\"4xx\"}"), 1);
    assert_eq!(host.metric("pushcart_problems_total{code=\"named-code\"}"), 1);
    assert_eq!(get(host.addr(), "/.well-known/spin/health").text(), "OK");
}
