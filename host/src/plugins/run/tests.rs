use super::*;
use crate::plugins::bounds::Tier;
use crate::plugins::check;
use crate::plugins::loaded::Permit;
use crate::plugins::sample::{self, PROPOSES};
use wasmtime::component::Component;

fn run(loaded: &Loaded) -> Ran<Vec<Proposal>> {
    let question = sample::question(&[(2, 500), (1, 100)]);
    loaded.evaluate(&question.cart, &question.context, "{}", &question.earlier)
}

#[test]
fn the_sample_says_what_it_is_and_proposes() {
    let loaded = sample::loaded(PROPOSES);
    let description = loaded.describe().result.unwrap();
    assert_eq!((description.name.as_str(), description.version.as_str()), ("sample", "1.0.0"));
    let Ran { result, usage } = run(&loaded);
    let checked = check::proposals("sample", &sample::cart(&[(2, 500), (1, 100)]), &result.unwrap()).unwrap();
    assert_eq!(checked[0].id, "sample/first");
    assert_eq!(checked[0].lines, [("1".to_owned(), 100)]);
    assert!(usage.fuel > 0 && usage.memory == 1 << 20 && usage.input > 100 && usage.output > 10, "{usage:?}");
    // Fuel is the same every time: nothing of a call is left for the next one.
    assert_eq!(run(&loaded).usage.fuel, usage.fuel);
}

#[test]
fn every_way_to_fail_has_its_code() {
    let answer = |changes: &str| format!("{changes} (i32.const 64)");
    let table = [
        ("(unreachable)".to_owned(), Kind::Trapped),
        ("(call $recurse)".to_owned(), Kind::Trapped),
        ("(i32.load (i32.const -4))".to_owned(), Kind::Trapped),
        ("(loop $l (br $l)) (unreachable)".to_owned(), Kind::OutOfFuel),
        // Filling costs fuel by the byte, or one instruction could keep a processor busy.
        (
            "(loop $l (memory.fill (i32.const 0) (i32.const 0) (i32.const 1048576)) (br $l)) (unreachable)".to_owned(),
            Kind::OutOfFuel,
        ),
        (
            "(if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then (unreachable))) (i32.const 64)"
                .to_owned(),
            Kind::OutOfMemory,
        ),
        (answer("(i32.store (i32.const 68) (i32.const -8))"), Kind::OutputInvalid),
        (answer("(i32.store8 (i32.const 64) (i32.const 7))"), Kind::OutputInvalid),
        (
            answer("(i32.store8 (i32.const 320) (i32.const 255)) (i32.store (i32.const 96) (i32.const 320))"),
            Kind::OutputInvalid,
        ),
        (answer("(i32.store (i32.const 72) (i32.const 10000))"), Kind::OutputTooLarge),
        (
            answer("(i32.store (i32.const 128) (i32.const 65536)) (i32.store (i32.const 132) (i32.const 30000))"),
            Kind::OutputTooLarge,
        ),
        (
            answer(
                "(i32.store8 (i32.const 64) (i32.const 1)) (i32.store8 (i32.const 68) (i32.const 0)) (i32.store (i32.const 72) (i32.const 304)) (i32.store (i32.const 76) (i32.const 6))",
            ),
            Kind::RefusedConfig,
        ),
        (answer("(i32.store8 (i32.const 64) (i32.const 1)) (i32.store8 (i32.const 68) (i32.const 1))"), Kind::Declined),
    ];
    for (work, kind) in table {
        let Ran { result, usage } = run(&sample::loaded(&work));
        let failure = result.unwrap_err();
        assert_eq!(failure.kind, kind, "{work}: {failure}");
        assert!(usage.fuel <= Tier::Normal.bounds().fuel && usage.memory <= Tier::Normal.bounds().memory, "{usage:?}");
    }
}

#[test]
fn nothing_of_a_call_is_left_for_the_next_one() {
    let once = "(if (i32.load (i32.const 600)) (then (unreachable))) (i32.store (i32.const 600) (i32.const 1)) (call $propose (local.get $given))";
    let loaded = sample::loaded(once);
    for _ in 0..20 {
        assert!(run(&loaded).result.is_ok());
    }
}

#[test]
fn what_is_no_number_has_the_same_bits_on_every_machine() {
    // 0 / 0 has its sign set on some processors and not on others; both zeros are read, so that no compiler reckons.
    let quotient = "(i64.reinterpret_f64 (f64.div (f64.load (i32.const 600)) (f64.load (i32.const 600))))";
    let work = format!("(if (i64.ne {quotient} (i64.const 0x7ff8000000000000)) (then (unreachable))) {PROPOSES}");
    assert!(run(&sample::loaded(&work)).result.is_ok());
}

#[test]
fn a_plugin_of_another_patch_version_is_valid_and_one_of_another_world_is_not() {
    for version in ["0.1.0", "0.1.7"] {
        let component = Component::from_binary(sample::ENGINE.engine(), &sample::component(PROPOSES, version)).unwrap();
        for permit in [Permit::default(), Permit { tier: Tier::Large, wasi: true }] {
            let loaded = Loaded::new(&sample::ENGINE, &component, permit).unwrap();
            assert!(run(&loaded).result.is_ok(), "{version}");
        }
    }
    for other in ["(component)", r#"(component (import "wasi:cli/exit@0.2.0" (instance (export "exit" (func)))))"#] {
        let component = Component::from_binary(sample::ENGINE.engine(), &wat::parse_str(other).unwrap()).unwrap();
        assert!(Loaded::new(&sample::ENGINE, &component, Permit::default()).is_err(), "{other}");
    }
}

#[test]
fn what_is_too_large_is_not_given() {
    let mut question = sample::question(&[(1, 100)]);
    question.cart.attributes =
        vec![crate::plugins::types::Attribute { name: "x".into(), value: "y".repeat(bounds::INPUT) }];
    let ran = sample::loaded(PROPOSES).evaluate(&question.cart, &question.context, "{}", &[]);
    assert_eq!(ran.result.unwrap_err().kind, Kind::InputTooLarge);
    assert_eq!(ran.usage.fuel, 0);
}
