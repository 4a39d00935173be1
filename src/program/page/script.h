// The script of the page, which draws the flame graph. It puts text into the page as text alone.
#pragma once

namespace lithe::program::page {

// A node is [kind, name, file, line, seconds, seconds of later epochs, children].
inline constexpr const char* kScript = R"script(
"use strict";
(function () {
  const box = document.getElementById("flame");
  if (!box) return;
  const KIND = 0, NAME = 1, FILE = 2, LINE = 3, CHILDREN = 6, ROW = 20, LEAST = 0.001;
  const data = JSON.parse(document.getElementById("flame-data").textContent);
  const words = document.getElementById("flame-words");
  const search = document.getElementById("flame-search");
  const parts = document.querySelectorAll("input[name=flame-part]");
  let part = 4, zoomed = data.root, shown = [];

  const parents = new Map();
  (function visit(node) {
    for (const child of node[CHILDREN]) { parents.set(child, node); visit(child); }
  })(data.root);

  function place(node) {
    const file = data.files[node[FILE]];
    return file ? file + (node[LINE] ? ":" + node[LINE] : "") : "";
  }
  function label(node) {
    const file = place(node).split("/").pop();
    return node[NAME] + (node[LINE] || node[KIND] === 3 ? (file ? " (" + file + ")" : "") : "");
  }
  function share(seconds) {
    const percent = 100 * seconds / (data.root[part] || 1);
    return percent.toFixed(percent < 10 ? 1 : 0) + "%";
  }
  function tell(node) {
    words.textContent = share(node[part]) + ", " + node[part].toPrecision(3) + " s: " +
      node[NAME] + (place(node) ? ", " + place(node) : "");
  }
  function wanted() { return search.value.trim().toLowerCase(); }
  function matches(node) {
    const text = wanted();
    return text !== "" && (node[NAME] + " " + place(node)).toLowerCase().includes(text);
  }
  // Of functions that call each other the outermost counts.
  function matched(node) {
    if (matches(node)) return node[part];
    let sum = 0;
    for (const child of node[CHILDREN]) sum += matched(child);
    return sum;
  }
  function tellMatches() {
    if (wanted() === "") { tell(zoomed); return; }
    words.textContent = share(matched(data.root)) + " of the time is in functions that match.";
  }

  function add(node, left, width, depth, above) {
    const frame = document.createElement("button");
    frame.type = "button";
    frame.tabIndex = -1;
    frame.className = "k" + node[KIND] + (matches(node) ? " hit" : "") + (above ? " above-it" : "");
    frame.style.left = 100 * left + "%";
    frame.style.width = 100 * width + "%";
    frame.style.top = ROW * depth + "px";
    frame.textContent = label(node);
    frame.title = share(node[part]) + " " + label(node);
    frame.addEventListener("click", function () { zoom(node); });
    frame.addEventListener("focus", function () { choose(node); tell(node); });
    frame.addEventListener("mouseenter", function () { tell(node); });
    box.appendChild(frame);
    shown.push({ node: node, frame: frame, depth: depth });
  }
  function addBelow(node, left, width, depth) {
    add(node, left, width, depth, false);
    const all = node[part];
    if (!(all > 0)) return depth;
    let deepest = depth;
    const children = node[CHILDREN].slice().sort(function (a, b) { return b[part] - a[part]; });
    for (const child of children) {
      const part_width = width * child[part] / all;
      if (part_width >= LEAST)
        deepest = Math.max(deepest, addBelow(child, left, part_width, depth + 1));
      left += part_width;
    }
    return deepest;
  }
  function draw() {
    box.textContent = "";
    shown = [];
    const above = [];
    for (let node = parents.get(zoomed); node; node = parents.get(node)) above.unshift(node);
    above.forEach(function (node, depth) { add(node, 0, 1, depth, true); });
    const deepest = addBelow(zoomed, 0, 1, above.length);
    box.style.height = ROW * (deepest + 1) + "px";
    choose(zoomed);
    tellMatches();
  }
  function find(node) { return shown.find(function (one) { return one.node === node; }); }
  // The one function that the tab key reaches.
  function choose(node) {
    for (const one of shown) one.frame.tabIndex = one.node === node ? 0 : -1;
  }
  function zoom(node) {
    zoomed = node;
    draw();
    const one = find(node);
    if (one) one.frame.focus();
  }

  box.addEventListener("keydown", function (event) {
    const at = shown.find(function (one) { return one.frame === event.target; });
    if (!at) return;
    if (event.key === "Escape") { zoom(data.root); event.preventDefault(); return; }
    const siblings = shown.filter(function (one) { return one.depth === at.depth; });
    const number = siblings.indexOf(at);
    let next = null;
    if (event.key === "ArrowUp") next = find(parents.get(at.node));
    if (event.key === "ArrowDown")
      next = shown.find(function (one) { return parents.get(one.node) === at.node; });
    if (event.key === "ArrowLeft") next = siblings[number - 1];
    if (event.key === "ArrowRight") next = siblings[number + 1];
    if (event.key.startsWith("Arrow")) event.preventDefault();
    if (next) next.frame.focus();
  });
  search.addEventListener("input", function () {
    for (const one of shown) one.frame.classList.toggle("hit", matches(one.node));
    tellMatches();
  });
  document.getElementById("flame-reset").addEventListener("click", function () {
    zoomed = data.root;
    search.value = "";
    draw();
  });
  for (const one of parts) {
    if (one.checked) part = Number(one.value);
    one.addEventListener("change", function () { part = Number(one.value); draw(); });
  }
  draw();
})();
)script";

// For the page's Content-Security-Policy: the SHA-256 of the script in base64.
inline constexpr const char* kScriptHash = "Ma0qwdm6xq9cc+TqFMIaXfCz10qU5J+AS8/FwCItnFg=";

}  // namespace lithe::program::page
