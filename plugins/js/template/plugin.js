// A part of the price off every line, from so many units of it on. See wit/plugin.wit for what goes in and out.

const schema = {
  type: "object",
  required: ["units", "basisPoints"],
  properties: {
    units: { type: "integer", minimum: 1 },
    basisPoints: { type: "integer", minimum: 1, maximum: 10000 },
  },
};

export function describe() {
  return {
    name: "my-plugin",
    version: "0.1.0",
    needs: [],
    configSchema: JSON.stringify(schema),
    messages: [{ language: "en", text: "Less for many of one" }],
  };
}

export function evaluate(cart, context, config, earlier) {
  const { units, basisPoints } = JSON.parse(config);
  const targets = cart.lines.filter((line) => line.quantity >= units).map((line) => ({ line: line.id }));
  if (targets.length === 0) return [];
  return [
    {
      code: "many-of-one",
      action: { tag: "percent-off", val: { targets, basisPoints } },
      messages: [{ language: "en", text: `${units} or more of one` }],
      tags: [],
      attributes: [],
    },
  ];
}
