//! Ends: a host that is killed while merchants publish leaves the old rulebook or the new one, and a host that is asked to
//! stop finishes what it has begun.

use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tests::app::{App, Folder, Start};
use tests::client::{Client, read};
use tests::samples::Draw;

const RULEBOOK: &str = "/v1/merchants/cedar/rulebook";

fn rules(number: usize) -> Value {
    let mut rules: Value = serde_json::from_str(include_str!("../../fixtures/small.json")).unwrap();
    rules["comment"] = json!(format!("rulebook {number}"));
    // So that every version prices differently, and what is quoted tells which one was used.
    rules["priceLists"][0]["entries"]["TEA"] = json!(1000 + number);
    rules
}

fn digest(number: usize) -> String {
    commerce::digest::of(rules(number).to_string().as_bytes())
}

fn cart() -> Value {
    json!({ "merchant": "cedar", "currency": "CNY", "lines": [{ "id": "1", "sku": "TEA", "quantity": 1 }] })
}

/// The number of the rulebook that is current, after it was read and used.
fn current(app: &App, known: &[usize]) -> usize {
    let read = app.publisher("cedar").get(RULEBOOK).unwrap();
    assert_eq!(read.status, 200, "{}", read.text());
    let tag = read.header("etag").unwrap().trim_matches('"').to_owned();
    let number =
        *known.iter().find(|number| digest(**number) == tag).unwrap_or_else(|| panic!("{tag} is none of {known:?}"));
    assert_eq!(read.text(), rules(number).to_string(), "the document of {number}");
    let quote = app.client().post("/v1/quote", &cart()).unwrap();
    assert_eq!(quote.status, 200, "{}", quote.text());
    assert_eq!(quote.json()["record"]["rules"], tag);
    assert_eq!(quote.json()["lines"][0]["unitPrice"]["amount"], 1000 + number, "the compiled form of {number}");
    number
}

fn up(state: &Path) -> App {
    Start::default().arguments(&["--quiet"]).up_in(state).unwrap()
}

/// Publishes one version after another, from `next` on, until the host is gone; gives the last one that was answered and
/// the first one that was not.
fn publish(mut client: Client, next: usize, begun: &mpsc::Sender<()>) -> (Option<usize>, usize) {
    let mut answered = None;
    for number in next.. {
        let Ok(answer) = client.put(RULEBOOK, &rules(number)) else { return (answered, number) };
        assert_eq!(answer.status, 200, "{}", answer.text());
        answered = Some(number);
        let _ = begun.send(());
    }
    unreachable!("the host is killed before numbers end")
}

#[test]
fn killed_among_two_hundred_publishes_it_keeps_the_old_rulebook_or_the_new_one() {
    let state = Folder::new().unwrap();
    let mut draw = Draw::new(200);
    let (mut published, mut kept, mut kills, mut half) = (0, None, 0, 0);
    while published < 200 {
        let mut app = up(state.path());
        if let Some(known) = kept.take() {
            let known: Vec<usize> = known;
            let now = current(&app, &known);
            half += usize::from(known.last() == Some(&now));
        }
        let (begun, begins) = mpsc::channel();
        let (client, next) = (app.publisher("cedar"), published);
        let publisher = std::thread::spawn(move || publish(client, next, &begun));
        begins.recv().unwrap();
        std::thread::sleep(Duration::from_micros(draw.below(300_000) as u64));
        app.kill().unwrap();
        let (answered, lost) = publisher.join().unwrap();
        kept = Some(vec![answered.unwrap(), lost]);
        published = lost + 1;
        kills += 1;
    }
    let app = up(state.path());
    current(&app, &kept.unwrap());
    println!("{published} publishes, {kills} kills, {half} of the interrupted publishes had taken effect");
    assert!(kills >= 5, "{kills}");
}

#[test]
fn killed_with_the_first_rulebook_on_its_way_it_has_none_or_that_one() {
    let mut draw = Draw::new(1);
    for _ in 0..10 {
        let state = Folder::new().unwrap();
        let mut app = up(state.path());
        let (begun, _begins) = mpsc::channel();
        let client = app.publisher("cedar");
        let publisher = std::thread::spawn(move || publish(client, 0, &begun));
        std::thread::sleep(Duration::from_micros(draw.below(60_000) as u64));
        app.kill().unwrap();
        let (answered, lost) = publisher.join().unwrap();
        let app = up(state.path());
        let read = app.publisher("cedar").get(RULEBOOK).unwrap();
        if read.status == 404 {
            assert_eq!((read.code().as_str(), answered), ("unpublished-rulebook", None));
        } else {
            let known: Vec<usize> = answered.into_iter().chain([lost]).collect();
            current(&app, &known);
        }
    }
}

#[test]
fn asked_to_stop_it_finishes_what_it_has_begun() {
    let mut app = Start::default().arguments(&["--drain", "20s"]).up().unwrap();
    assert_eq!(app.publisher("cedar").put(RULEBOOK, &rules(7)).unwrap().status, 200);
    let client = app.client();
    let mut begun = client.connect().unwrap();
    let body = cart().to_string();
    let head = "POST /v1/quote HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    write!(begun.get_mut(), "{head}content-length: {}\r\n\r\n{}", body.len(), &body[..20]).unwrap();
    // An answer on another connection means that the host has read the head of the first one too.
    assert_eq!(app.client().get("/readyz").unwrap().status, 200);
    std::thread::sleep(Duration::from_millis(100));
    app.terminate().unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while client.connect().is_ok() {
        assert!(Instant::now() < until, "it still takes connections");
        std::thread::sleep(Duration::from_millis(10));
    }
    write!(begun.get_mut(), "{}", &body[20..]).unwrap();
    let answer = read(&mut begun, false).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["lines"][0]["unitPrice"]["amount"], 1007);
    assert!(app.ended(Duration::from_secs(10)).unwrap().success());
}
