// The same promotions and cart through json-rules-engine and zen-engine: node engines.mjs CASE.json, from a folder where
// both are installed. Prints, for each, microseconds for one evaluation and the discount that it finds: of the whole work,
// from the cart to the amount of each promotion, and of less, from a ready list of SKUs to the rules that hold.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const installed = createRequire(join(process.cwd(), 'package.json'));
const { Engine } = installed('json-rules-engine');
const { ZenEngine } = installed('@gorules/zen-engine');
const { lines, promotions, seconds, together } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const cart = { lines };
const ready = { skus: lines.map(({ sku }) => sku) };
const subtotals = new Map(lines.map(({ sku, quantity, price }) => [sku, quantity * price]));

const amount = (subtotal, basisPoints) => Math.floor((subtotal * basisPoints + 5000) / 10000);
const sum = found => found.reduce((all, { amount }) => all + amount, 0);

// Where the rules that hold are all that is found, the amounts are reckoned outside of what is measured.
const priced = found => found.map(({ sku, basisPoints }) => ({ amount: amount(subtotals.get(sku), basisPoints) }));

async function measured(evaluate, amounts = found => found) {
  let found = await evaluate();
  await evaluate();
  const start = process.hrtime.bigint();
  const times = [];
  // As many together as the warm instance is timed with; the median is told, as of that.
  for (let now = start; Number(now - start) < seconds * 1e9 || times.length < 3; ) {
    for (let time = 0; time < together; time += 1) found = await evaluate();
    const then = process.hrtime.bigint();
    times.push(Number(then - now) / together);
    now = process.hrtime.bigint();
  }
  times.sort((one, other) => one - other);
  return { microseconds: times[times.length >> 1] / 1e3, discount: sum(amounts(found)) };
}

const rules = new Engine(
  promotions.map(({ id, sku, basisPoints }) => ({
    name: id,
    conditions: { all: [{ fact: 'skus', operator: 'contains', value: sku }] },
    event: { type: id, params: { id, sku, basisPoints } },
  })),
);
const events = async facts => (await rules.run(facts)).events.map(event => event.params);
// What a rule takes off is for the caller of this engine to reckon.
async function reckoned() {
  const subtotal = sku => cart.lines.reduce((all, line) => all + (line.sku === sku ? line.quantity * line.price : 0), 0);
  const found = await events({ skus: cart.lines.map(({ sku }) => sku) });
  return found.map(({ id, sku, basisPoints }) => ({ id, sku, amount: amount(subtotal(sku), basisPoints) }));
}

const node = (id, type, content) => ({ id, name: id, type, content: content ?? {}, position: { x: 0, y: 0 } });
const edge = (from, to) => ({ id: `${from}-${to}`, sourceId: from, targetId: to, type: 'edge' });
const column = (id, field) => ({ id, name: id, ...(field && { field }) });
const zen = new ZenEngine();

// One decision table; `outputs` says what each promotion's row gives, as expressions; `before` stands before the table.
function decision(outputs, before = []) {
  const row = promotion => ({ _id: promotion.id, in: `contains($, "${promotion.sku}")`, ...outputs(promotion) });
  const table = {
    hitPolicy: 'collect',
    inputs: [column('in', 'skus')],
    outputs: Object.keys(outputs(promotions[0])).map(name => column(name, name)),
    rules: promotions.map(row),
  };
  const nodes = [node('input', 'inputNode'), ...before, node('table', 'decisionTableNode', table), node('output', 'outputNode')];
  const edges = nodes.slice(1).map((to, place) => edge(nodes[place].id, to.id));
  const made = zen.createDecision({ nodes, edges });
  made.validate();
  return made;
}

const whole = decision(
  ({ id, sku, basisPoints }) => ({
    promotion: `"${id}"`,
    sku: `"${sku}"`,
    amount: `floor((sum(map(filter(lines, #.sku == "${sku}"), #.quantity * #.price)) * ${basisPoints} + 5000) / 10000)`,
  }),
  // The list of SKUs once, not for each row.
  [node('skus', 'expressionNode', { expressions: [{ id: 'skus', key: 'skus', value: 'map(lines, #.sku)' }], passThrough: true })],
);
const holding = decision(({ sku, basisPoints }) => ({ sku: `"${sku}"`, basisPoints: `${basisPoints}` }));

const answer = {
  'json-rules-engine': { whole: await measured(reckoned), less: await measured(() => events(ready), priced) },
  'zen-engine': {
    whole: await measured(async () => (await whole.evaluate(cart)).result),
    less: await measured(async () => (await holding.evaluate(ready)).result, priced),
  },
};
zen.dispose();
console.log(JSON.stringify(answer));
