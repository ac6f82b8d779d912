// Buy two of a look, the third at half price: in each look, of every three units, dearest first, the cheapest pays less.
// A line belongs to the look that its attribute names. Every number is a Number; amounts are whole minor units.

const schema = {
  type: "object",
  required: ["basisPoints"],
  additionalProperties: false,
  properties: {
    attribute: { description: "The attribute of lines that names the look", type: "string", minLength: 1, default: "look" },
    of: { description: "Every how many units one pays less", type: "integer", minimum: 2, maximum: 100, default: 3 },
    basisPoints: { description: "Hundredths of a percent off it", type: "integer", minimum: 1, maximum: 10000 },
  },
};

export function describe() {
  return {
    name: "third-of-a-look",
    version: "1.0.0",
    needs: [],
    configSchema: JSON.stringify(schema),
    messages: [
      { language: "en", text: "Buy two of a look, the third at half price" },
      { language: "zh", text: "同一搭配买两件，第三件半价" },
    ],
  };
}

export function evaluate(cart, context, config, earlier) {
  const { attribute = "look", of = 3, basisPoints } = JSON.parse(config);
  const looks = new Map();
  for (const line of cart.lines) {
    const look = line.attributes.find(({ name }) => name === attribute)?.value;
    if (look === undefined) continue;
    if (!looks.has(look)) looks.set(look, []);
    looks.get(look).push(line);
  }
  const targets = [...looks.values()].flatMap((lines) => reduced(lines, of));
  if (targets.length === 0) return [];
  const percent = basisPoints / 100;
  return [
    {
      code: "third-less",
      action: { tag: "percent-off", val: { targets, basisPoints } },
      messages: [
        { language: "en", text: `One in every ${of} of a look: ${percent}% off` },
        { language: "zh", text: `同一搭配每 ${of} 件，其中一件优惠 ${percent}%` },
      ],
      tags: ["look"],
      attributes: [],
    },
  ];
}

// Which units pay less: units are counted line by line, so that a quantity of a million costs no more than one of three.
function reduced(lines, of) {
  const targets = [];
  let before = 0;
  for (const line of [...lines].sort((a, b) => b.unitPrice - a.unitPrice)) {
    const after = before + line.quantity;
    const units = Math.floor(after / of) - Math.floor(before / of);
    if (units > 0) targets.push({ line: line.id, units });
    before = after;
  }
  return targets;
}
