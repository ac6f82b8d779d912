//! Stock over real sockets: writers at once on many instances, and a host that is killed while they write.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use tests::app::{App, Folder, Start};
use tests::client::Client;
use tests::samples::Draw;

const STOCK: &str = "/v1/merchants/cedar/stock";
const SKUS: [&str; 3] = ["TEA", "CUP", "JAR"];
const NODES: [&str; 2] = ["a", "b"];

fn up(state: &Path) -> App {
    let app = Start::default().arguments(&["--quiet"]).up_in(state).unwrap();
    let nodes = NODES.map(|id| json!({ "id": id, "kind": "store", "modes": ["pickup"] }));
    let rules = json!({ "format": "pushcart-rulebook/1", "currency": "CNY", "inventory": { "nodes": nodes } });
    let published = app.publisher("cedar").put("/v1/merchants/cedar/rulebook", &rules).unwrap();
    assert_eq!(published.status, 200, "{}", published.text());
    app
}

/// A whole stock in which everything is there so many times.
fn whole(version: usize, units: i64) -> Value {
    let nodes: BTreeMap<&str, Value> = NODES.iter().map(|node| (*node, json!({ "onHand": units }))).collect();
    json!({ "version": version, "skus": SKUS.iter().map(|sku| (*sku, nodes.clone())).collect::<BTreeMap<_, _>>() })
}

fn publish(client: &mut Client, version: usize, units: i64) -> Value {
    let answer = client.put(STOCK, &whole(version, units)).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Deltas from the first one on; which product, which node and how many is drawn.
fn deltas(many: usize) -> Vec<Value> {
    let mut draw = Draw::new(7);
    let delta = |place| json!({ "sequence": place + 1, "sku": draw.of(&SKUS), "node": draw.of(&NODES), "onHand": draw.below(9) as i64 - 3 });
    (0..many).map(delta).collect()
}

fn patch(client: &mut Client, deltas: &[Value]) -> anyhow::Result<Value> {
    let body = json!({ "deltas": deltas }).to_string();
    let answer = client.send("PATCH", STOCK, &[("content-type", "application/json")], body.as_bytes())?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    Ok(answer.json())
}

type Counts = BTreeMap<(&'static str, &'static str), i64>;

/// What these deltas make of a stock in which everything is there so many times.
fn sums(units: i64, deltas: &[Value]) -> Counts {
    let mut counts = Counts::new();
    for sku in SKUS {
        for node in NODES {
            let of = deltas.iter().filter(|delta| delta["sku"] == sku && delta["node"] == node);
            counts.insert((sku, node), units + of.map(|delta| delta["onHand"].as_i64().unwrap()).sum::<i64>());
        }
    }
    counts
}

/// What can be bought of everything at each node, and the record of the stock that says so.
fn counts(app: &App) -> (Counts, Value) {
    let mut counts = Counts::new();
    let mut record = Value::Null;
    for node in NODES {
        let lines = SKUS.map(|sku| json!({ "id": sku, "sku": sku, "quantity": 1 }));
        let question =
            json!({ "merchant": "cedar", "currency": "CNY", "lines": lines, "delivery": { "nodes": [node] } });
        let answer = app.client().post("/v1/inventory/check", &question).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        for (sku, line) in SKUS.iter().zip(answer.json()["lines"].as_array().unwrap()) {
            counts.insert((sku, node), line["available"].as_i64().unwrap());
        }
        record = answer.json()["record"]["stock"].clone();
    }
    (counts, record)
}

/// Eight connections send what overlaps, twice and too early, while a ninth publishes whole stocks: every delta is told to be
/// taken once, by one of them, and the counts are those of the last whole stock and the deltas after it.
#[test]
fn writers_at_once_lose_and_double_nothing() {
    const DELTAS: usize = 600;
    let state = Folder::new().unwrap();
    let app = up(state.path());
    publish(&mut app.publisher("cedar"), 1, 1_000);
    let deltas = deltas(DELTAS);
    let (known, applied) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let last = Mutex::new((1, 1_000, 0));
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (known, applied, deltas) = (&known, &applied, &deltas);
            let mut client = app.publisher("cedar");
            scope.spawn(move || {
                let mut draw = Draw::new(writer);
                while known.load(Ordering::Relaxed) < DELTAS {
                    let taken = known.load(Ordering::Relaxed);
                    let begin = (taken + draw.below(3)).saturating_sub(draw.below(9)).min(DELTAS);
                    let end = (begin + 1 + draw.below(12)).min(DELTAS);
                    let answer = patch(&mut client, &deltas[begin..end]).unwrap();
                    applied.fetch_add(answer["applied"].as_u64().unwrap() as usize, Ordering::Relaxed);
                    known.fetch_max(answer["sequence"].as_u64().unwrap() as usize, Ordering::Relaxed);
                }
            });
        }
        let (known, last) = (&known, &last);
        let mut client = app.publisher("cedar");
        scope.spawn(move || {
            for version in 2.. {
                if known.load(Ordering::Relaxed) >= DELTAS {
                    break;
                }
                let units = 1_000 + version as i64;
                let sequence = publish(&mut client, version, units)["sequence"].as_u64().unwrap() as usize;
                *last.lock().unwrap() = (version, units, sequence);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    });
    assert_eq!(applied.load(Ordering::Relaxed), DELTAS);
    let (version, units, sequence) = *last.lock().unwrap();
    let (counts, record) = counts(&app);
    assert_eq!((&record["version"], &record["sequence"]), (&json!(version), &json!(DELTAS)));
    assert_eq!(counts, sums(units, &deltas[sequence..]));
    assert!(version > 3, "{version} whole stocks were published meanwhile");
}

#[test]
fn killed_among_deltas_it_keeps_each_count_old_or_new_and_takes_the_rest_once() {
    const DELTAS: usize = 400;
    let state = Folder::new().unwrap();
    let deltas = deltas(4_000);
    let mut draw = Draw::new(5);
    let (mut sent, mut kills, mut half) = (0, 0, 0);
    let mut app = up(state.path());
    publish(&mut app.publisher("cedar"), 1, 1_000);
    while sent < DELTAS {
        let (begun, begins) = mpsc::channel();
        let mut client = app.publisher("cedar");
        let (first, all) = (sent, deltas.clone());
        let writer = std::thread::spawn(move || {
            let mut end = first;
            // Five at a time, over several products; the last batch that was begun is the one that broke off.
            loop {
                let batch = &all[end..end + 5];
                if patch(&mut client, batch).is_err() {
                    return (end, end + 5);
                }
                end += 5;
                let _ = begun.send(());
            }
        });
        begins.recv().unwrap();
        std::thread::sleep(Duration::from_micros(draw.below(60_000) as u64));
        app.kill().unwrap();
        let (answered, begun) = writer.join().unwrap();
        app = up(state.path());
        let (now, record) = counts(&app);
        let (old, new) = (sums(1_000, &deltas[..answered]), sums(1_000, &deltas[..begun]));
        assert!(now.iter().all(|(key, units)| *units == old[key] || *units == new[key]), "{now:?} {old:?} {new:?}");
        let sequence = record["sequence"].as_u64().unwrap() as usize;
        assert!(sequence == answered || sequence == begun, "{sequence}, answered {answered}, begun {begun}");
        half += usize::from(now != old);
        // Whoever got no answer sends it again, and something before it too.
        let again = patch(&mut app.publisher("cedar"), &deltas[answered.saturating_sub(2)..begun]).unwrap();
        assert_eq!(again["sequence"], begun);
        assert_eq!(counts(&app).0, new);
        (sent, kills) = (begun, kills + 1);
    }
    println!("{sent} deltas, {kills} kills, {half} of the interrupted batches had left something");
}

#[test]
fn killed_among_whole_stocks_it_keeps_the_old_one_or_the_new_one() {
    let state = Folder::new().unwrap();
    let mut draw = Draw::new(3);
    let mut app = up(state.path());
    let mut known = vec![0];
    for _ in 0..8 {
        let (begun, begins) = mpsc::channel();
        let mut client = app.publisher("cedar");
        let first = known.iter().max().unwrap() + 1;
        let writer = std::thread::spawn(move || {
            for version in first.. {
                let Ok(answer) = client.put(STOCK, &whole(version, version as i64)) else { return version };
                assert_eq!(answer.status, 200, "{}", answer.text());
                let _ = begun.send(());
            }
            unreachable!("the host is killed before numbers end")
        });
        begins.recv().unwrap();
        std::thread::sleep(Duration::from_micros(draw.below(60_000) as u64));
        app.kill().unwrap();
        let lost = writer.join().unwrap();
        known = vec![lost - 1, lost];
        app = up(state.path());
        let (now, record) = counts(&app);
        let version = record["version"].as_i64().unwrap();
        assert!(known.contains(&usize::try_from(version).unwrap()), "{version} is none of {known:?}");
        assert_eq!(now, sums(version, &[]));
    }
}
