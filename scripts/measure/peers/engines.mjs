// The same promotions and cart through json-rules-engine and zen-engine: node engines.mjs CASE.json, from a folder where
// both are installed. Prints, for each, microseconds for one evaluation and the discount that it finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const installed = createRequire(join(process.cwd(), 'package.json'));
const { Engine } = installed('json-rules-engine');
const { ZenEngine } = installed('@gorules/zen-engine');
const { lines, promotions, seconds } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const subtotals = new Map(lines.map(({ sku, quantity, price }) => [sku, quantity * price]));
const cart = { skus: lines.map(({ sku }) => sku) };

// What either engine finds is which rules hold; the rates are applied here, half up.
const discount = found =>
  found.reduce((sum, { sku, basisPoints }) => sum + Math.floor((subtotals.get(sku) * basisPoints + 5000) / 10000), 0);

async function measured(evaluate) {
  let taken = discount(await evaluate());
  await evaluate();
  const start = process.hrtime.bigint();
  let rounds = 0;
  let fastest = Infinity;
  // The fastest of all is told, as the least disturbed.
  for (let now = start; Number(now - start) < seconds * 1e9 || rounds < 3; rounds += 1) {
    taken = discount(await evaluate());
    const then = process.hrtime.bigint();
    fastest = Math.min(fastest, Number(then - now));
    now = then;
  }
  return { microseconds: fastest / 1e3, discount: taken };
}

const rules = new Engine(
  promotions.map(({ id, sku, basisPoints }) => ({
    name: id,
    conditions: { all: [{ fact: 'skus', operator: 'contains', value: sku }] },
    event: { type: id, params: { sku, basisPoints } },
  })),
);

const node = (id, type, content) => ({ id, name: id, type, content: content ?? {}, position: { x: 0, y: 0 } });
const edge = (from, to) => ({ id: `${from}-${to}`, sourceId: from, targetId: to, type: 'edge' });
const column = (id, field) => ({ id, name: id, ...(field && { field }) });
const table = {
  hitPolicy: 'collect',
  inputs: [column('in', 'skus')],
  outputs: [column('sku', 'sku'), column('rate', 'basisPoints')],
  rules: promotions.map(({ id, sku, basisPoints }) => ({
    _id: id,
    in: `contains($, "${sku}")`,
    sku: `"${sku}"`,
    rate: `${basisPoints}`,
  })),
};
const graph = {
  nodes: [node('input', 'inputNode'), node('table', 'decisionTableNode', table), node('output', 'outputNode')],
  edges: [edge('input', 'table'), edge('table', 'output')],
};
const zen = new ZenEngine();
const decision = zen.createDecision(graph);
decision.validate();

const answer = {
  'json-rules-engine': await measured(async () => (await rules.run(cart)).events.map(event => event.params)),
  'zen-engine': await measured(async () => (await decision.evaluate(cart)).result),
};
zen.dispose();
console.log(JSON.stringify(answer));
