//! Withholding on creators' income in China over `POST /v1/referrals/statement`: each payment, and cumulative over a year.

use super::{Case, Kind, Verdict};
use crate::client::Client;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

/// Single payments, and years on a platform.
pub const KIND: Kind = Kind { name: "tax_cn", lists: &["per_payment", "platform_cumulative"], check };

/// A year in which both schedules hold.
const YEAR: i64 = 2026;

fn check(client: &mut Client, case: &Case<'_>) -> Result<Verdict> {
    if case.list == "per_payment" { payment(client, case.value) } else { year(client, case.value) }
}

fn money(amount: &Value) -> Value {
    json!({ "amount": amount, "currency": "CNY" })
}

/// A month in which `gross` is paid after these earlier ones; of the year, the case may name what is exempt and what else is
/// deducted.
fn statement(client: &mut Client, kind: &str, case: &Value, gross: &Value, earlier: &[Value]) -> Result<Value> {
    let of_year = |name: &str| money(&json!(case[name].as_i64().unwrap_or(0)));
    let answer = client.post(
        "/v1/referrals/statement",
        &json!({
            "rules": { "format": "pushcart-rulebook/1", "currency": "CNY", "referral": { "payout": { "withholding": { "kind": kind } } } },
            "currency": "CNY", "payee": "kol-7", "year": YEAR, "month": earlier.len() + 1, "closes": "2027-01-01T00:00:00Z",
            "earlier": earlier, "exempt": of_year("exempt"), "deductions": of_year("other"),
            "entries": [{ "record": "r", "amount": money(gross), "completed": "2026-01-01T00:00:00Z" }],
        }),
    )?;
    ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
    Ok(answer.json())
}

fn payment(client: &mut Client, case: &Value) -> Result<Verdict> {
    let answer = statement(client, "cnPerPayment", case, &case["income"], &[])?;
    let mut verdict = Verdict::Passed;
    if case["taxable"].is_number() {
        verdict.compare("taxable", &case["taxable"], &answer["taxable"]["amount"]);
    }
    verdict.compare("tax", &case["tax"], &answer["withheld"]["amount"]);
    let net = case["income"].as_i64().zip(case["tax"].as_i64()).map(|(income, tax)| income - tax);
    verdict.compare("net", &json!(net), &answer["net"]["amount"]);
    Ok(verdict)
}

fn year(client: &mut Client, case: &Value) -> Result<Verdict> {
    let months = case["monthly_income"].as_array().context("monthly_income")?;
    let (mut earlier, mut withheld) = (Vec::new(), Vec::new());
    for (place, gross) in months.iter().enumerate() {
        let answer = statement(client, "cnPlatform", case, gross, &earlier)?;
        let tax = answer["withheld"]["amount"].clone();
        earlier.push(json!({ "month": place + 1, "gross": money(gross), "withheld": money(&tax) }));
        withheld.push(tax);
    }
    let mut verdict = Verdict::Passed;
    if case["total"].is_number() {
        verdict.compare("total", &case["total"], &json!(withheld.iter().filter_map(Value::as_i64).sum::<i64>()));
    }
    verdict.compare("withheld", &case["withheld"], &json!(withheld));
    Ok(verdict)
}
