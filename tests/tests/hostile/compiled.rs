//! Compiling: bombs that would keep the compiler busy or fill its memory, code that somebody else compiled, and components
//! that no pool has a place for.

use super::{cart, publish, upload};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tests::app::{App, Start, binary};
use tests::plugin::Plugin;

/// A lawful plugin with many large functions whose every value depends on all others.
fn bomb(functions: usize) -> Vec<u8> {
    let mut body = String::new();
    for step in 0..9_000 {
        let (one, two, three) = (step % 61, (step * 7 + 3) % 61, (step * 13 + 5) % 61);
        let _ = write!(
            body,
            "(if (i64.eqz (local.get {one})) (then (local.set {two} (i64.rotl (i64.mul (local.get {two}) (local.get {three})) (local.get {two})))))"
        );
    }
    let function = format!("(func (param {}) (result i64) {body} (local.get 7))", "i64 ".repeat(61));
    let mut plugin = Plugin::new("bomb", "1.0.0");
    plugin.fields = function.repeat(functions);
    plugin.wasm()
}

#[test]
fn a_component_that_keeps_the_compiler_busy_is_given_up() {
    let bomb = bomb(10);
    assert!(bomb.len() < 2 << 20, "{}", bomb.len());
    let good = Plugin::new("good", "1.0.0").wasm();
    let rows = [
        (["--plugin-compile-time", "3s"], "plugin-compile-timed-out"),
        (["--plugin-compile-memory", "64MiB"], "plugin-compile-out-of-memory"),
    ];
    for (bound, code) in rows {
        let app = Start::default().arguments(&bound).up().unwrap();
        let mut cedar = publish(&app, "cedar");
        let started = Instant::now();
        let refused = upload(&mut cedar, "cedar", ("bomb", "1.0.0"), &[], &bomb);
        assert_eq!((refused.status, refused.code().as_str()), (422, code), "{}", refused.text());
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
        let taken_in = upload(&mut cedar, "cedar", ("good", "1.0.0"), &[], &good);
        assert_eq!(taken_in.status, 201, "within the same bounds: {}", taken_in.text());
        assert_eq!(app.client().post("/v1/quote", &cart("cedar", 1)).unwrap().status, 200);
    }
}

#[test]
fn code_that_this_very_host_compiled_is_not_taken_from_outside() {
    let mut compiler = Command::new(binary().unwrap())
        .args(["plugin-compile", "60", "1000000000"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    compiler.stdin.take().unwrap().write_all(&Plugin::new("good", "1.0.0").wasm()).unwrap();
    let compiled = compiler.wait_with_output().unwrap();
    assert!(compiled.status.success() && compiled.stdout.starts_with(b"\x7fELF"), "{:?}", compiled.status);
    let app = App::up().unwrap();
    let mut cedar = publish(&app, "cedar");
    let refused = upload(&mut cedar, "cedar", ("good", "1.0.0"), &[], &compiled.stdout);
    assert_eq!((refused.status, refused.code().as_str()), (422, "plugin-precompiled"), "{}", refused.text());
}

#[test]
fn what_has_more_instances_than_a_place_of_the_pool_is_told_so() {
    // Valid, of the right world, and within the bounds of structure: only the pool says no.
    let mut wasm = Plugin::new("many", "1.0.0").wasm();
    let module = b"\0asm\x01\0\0\0";
    let modules = sections(&wasm).into_iter().filter(|(id, _)| *id == 1).count();
    wasm.extend([1, module.len() as u8]);
    wasm.extend(module);
    let instances = 150_u8;
    let mut section = vec![instances & 0x7f | 0x80, 1];
    (0..instances).for_each(|_| section.extend([0, u8::try_from(modules).unwrap(), 0]));
    wasm.extend([2, section.len() as u8 & 0x7f | 0x80, (section.len() >> 7) as u8]);
    wasm.extend(section);
    let app = App::up().unwrap();
    let mut cedar = publish(&app, "cedar");
    let refused = upload(&mut cedar, "cedar", ("many", "1.0.0"), &[], &wasm);
    assert_eq!((refused.status, refused.code().as_str()), (422, "plugin-does-not-fit"), "{}", refused.text());
}

/// Id and length of each section of a component.
fn sections(wasm: &[u8]) -> Vec<(u8, usize)> {
    let (mut at, mut found) = (8, Vec::new());
    while at < wasm.len() {
        let id = wasm[at];
        let (mut length, mut shift) = (0, 0);
        loop {
            at += 1;
            length |= usize::from(wasm[at] & 0x7f) << shift;
            shift += 7;
            if wasm[at] & 0x80 == 0 {
                break;
            }
        }
        found.push((id, length));
        at += 1 + length;
    }
    found
}
