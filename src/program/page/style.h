// How the page on a program looks, besides what all pages have.
#pragma once

namespace lithe::program::page {

// --a0 to --a10 are the activities, --a11 is what was not sampled, --w0 to --w4 are waits, --k1 to
// --k6 are kinds of functions.
inline constexpr const char* kStyle = R"(
:root { --a0: #1168b3; --a1: #0b8a63; --a2: #c99700; --a3: #d2601f; --a4: #8c2d19; --a5: #7a4fb5;
  --a6: #c2478f; --a7: #d93a5b; --a8: #6f6a3f; --a9: #4a5568; --a10: #4ba3b5; --a11: #94a0b3;
  --w0: #d4d9e1; --w1: #e6d9c2; --w2: #cfe0dc; --w3: #e2d2e0; --w4: #c3cad6;
  --k1: #a9cdf0; --k2: #cfe3d6; --k3: #f5cfae; --k4: #f0b3ae; --k5: #d9dee6; --k6: #eceef2;
  --hit: #ffe14d; }
@media screen and (prefers-color-scheme: dark) {
  :root { --a0: #4f9fe0; --a1: #35b386; --a2: #dcb236; --a3: #ef8552; --a4: #b5533b; --a5: #a884e0;
    --a6: #e582bb; --a7: #f2788f; --a8: #b0a770; --a9: #8d99ad; --a10: #5fc0d3; --a11: #6a7688;
    --w0: #3b424d; --w1: #564c3a; --w2: #36504a; --w3: #523f4f; --w4: #2b313a;
    --k1: #1f4f7d; --k2: #2b4f3c; --k3: #74451f; --k4: #74302b; --k5: #3b424d; --k6: #2a3039;
    --hit: #8a6d00; }
}
details { border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; margin: 0 0 10px;
  background: var(--card); }
details details, details table { background: none; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary .number { color: var(--soft); }
summary b { font-weight: 600; }
summary .cost { color: var(--orange); font-weight: 600; }
dl { display: grid; grid-template-columns: 110px minmax(0, 1fr); gap: 6px 14px; margin: 10px 0 2px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { font: 13px/1.45 ui-monospace, monospace; margin: 2px 0 0; padding: 6px 8px; overflow-x: auto;
  background: var(--paper); border: 1px solid var(--line); border-radius: 6px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0;
  margin: 0 0 8px; font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px;
  margin-right: 6px; }
.time svg { display: block; width: 100%; border: 1px solid var(--line);
  shape-rendering: crispEdges; }
.time .areas { height: 190px; }
.time .memory { height: 70px; fill: var(--a10); }
.time p { margin: 10px 0 2px; font-size: 13px; }
.time rect { fill: transparent; }
.time rect:hover { fill: var(--ink); fill-opacity: 0.25; }
.time .marks { fill: none; stroke: var(--ink); stroke-width: 1px;
  vector-effect: non-scaling-stroke; }
.time .marks.behind { stroke: var(--paper); stroke-width: 3px; stroke-opacity: 0.8; }
.above, .ticks { position: relative; height: 19px; font-size: 12px; color: var(--soft); }
.above span { position: absolute; transform: translateX(-50%); }
.ticks span { position: absolute; white-space: nowrap; border-left: 1px solid var(--soft);
  padding-left: 3px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; max-width: none; }
.controls input[type=search] { font: inherit; width: 200px; padding: 3px 8px; color: var(--ink);
  background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; }
.controls button { font: inherit; padding: 3px 12px; color: var(--ink); background: var(--card);
  border: 1px solid var(--soft); border-radius: 6px; cursor: pointer; }
#flame-words { min-height: 3em; font-size: 13px; max-width: none; overflow-wrap: anywhere;
  margin: 0 0 6px; }
#flame { position: relative; width: 100%; overflow: hidden; }
#flame button { position: absolute; height: 19px; padding: 0; margin: 0; overflow: hidden;
  text-indent: 3px;
  border: 0; border-right: 1px solid var(--paper); border-radius: 0; text-align: left;
  font: 12px/19px system-ui, sans-serif; white-space: nowrap; color: var(--ink);
  background: var(--k6); cursor: pointer; }
#flame .k1 { background: var(--k1); } #flame .k2 { background: var(--k2); }
#flame .k3 { background: var(--k3); } #flame .k4 { background: var(--k4); }
#flame .k5 { background: var(--k5); }
#flame .hit { background: var(--hit); }
#flame .above-it { opacity: 0.6; }
#flame button:focus-visible { outline: 2px solid var(--ink); outline-offset: -2px; z-index: 1; }
#flame button:hover { filter: brightness(1.08); }
.lines .place { display: block; font-size: 12.5px; }
.lines td.text { min-width: 200px; }
.listing { font: 13px/1.45 ui-monospace, monospace; }
.listing td { padding: 0 10px 0 0; border: 0; color: var(--soft); }
.listing .source { text-align: left; white-space: pre; color: var(--ink); }
.listing .hot td { background: var(--line); } .listing .hot td:nth-child(2) { color: var(--orange); }
.listing .gap td { text-align: left; }
@media (max-width: 600px) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 8px; } .lines, .lines tbody { display: block; } .lines th { display: none; }
  .lines tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); }
  .lines td { border: 0; } .lines td:empty { display: none; }
  .lines td[data-part]::after { content: " " attr(data-part); color: var(--soft); }
  .lines td.text { flex-basis: 100%; order: -1; } .time .areas { height: 150px; } .controls input[type=search] {
  width: 150px; } }
)";

}  // namespace lithe::program::page
