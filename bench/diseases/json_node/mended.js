// Perceptron on feature vectors that a service stores as JSON.
'use strict';
const fs = require('fs');

const FEATURES = 64;
const ROWS = 60000;
const EPOCHS = 8;

function makeData(path) {
  let seed = 27;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const rows = [];
  for (let r = 0; r < ROWS; r++) {
    const x = Array.from({length: FEATURES}, () => next() - 0.5);
    rows.push({x, y: x[0] + x[1] > 0 ? 1 : -1});
  }
  fs.writeFileSync(path, JSON.stringify(rows));
}

function load(path) {
  return JSON.parse(fs.readFileSync(path, 'utf8'));
}

function trainEpoch(weights, rows) {
  let mistakes = 0;
  for (let pass = 0; pass < 5; pass++) {
    for (const {x, y} of rows) {
      let sum = 0;
      for (let i = 0; i < FEATURES; i++) sum += weights[i] * x[i];
      if (sum * y <= 0) {
        mistakes++;
        for (let i = 0; i < FEATURES; i++) weights[i] += 0.1 * y * x[i];
      }
    }
  }
  return mistakes;
}

makeData('rows.json');
const weights = new Float64Array(FEATURES);
const rows = load('rows.json');
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  fs.writeSync(1, `epoch ${epoch} mistakes ${trainEpoch(weights, rows)}\n`);
}
