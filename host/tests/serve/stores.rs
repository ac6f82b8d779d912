//! The key-value store as a component sees it.

use crate::host::Host;
use crate::http::{get, send};

#[test]
fn values_are_set_read_deleted_and_kept_over_a_restart() {
    let host = Host::start(|_| {});
    let put = |host: &Host, key: &str, value: &[u8]| send(host.addr(), "PUT", &format!("/kv/{key}"), &[], value).status;
    assert_eq!(get(host.addr(), "/kv/a").status, 404);
    assert_eq!((put(&host, "a", b"1"), put(&host, "b", b"2"), put(&host, "a", b"3")), (200, 200, 200));
    assert_eq!(get(host.addr(), "/kv/a").text(), "3");
    assert_eq!(send(host.addr(), "DELETE", "/kv/b", &[], b"").status, 200);
    assert_eq!(get(host.addr(), "/keys").text(), "/kv/a");
    let folder = host.finish();
    let host = Host::start_in(folder, |_| {});
    assert_eq!(get(host.addr(), "/kv/a").text(), "3");
    assert_eq!(get(host.addr(), "/keys").text(), "/kv/a");
}

#[test]
fn what_the_manifest_does_not_give_is_denied_and_bounds_are_told() {
    let host = Host::start(|options| options.state_dir = Some("".into()));
    assert!(get(host.addr(), "/stores?other").text().contains("AccessDenied"));
    assert!(get(host.addr(), "/stores?default").text().contains("Ok"));
    let long = format!("/kv/{}", "k".repeat(252));
    let reply = send(host.addr(), "PUT", &long, &[], b"v");
    assert_eq!((reply.status, reply.text().contains("255 bytes")), (422, true), "{}", reply.text());
}
