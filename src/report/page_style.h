// How pages look: light, dark, narrow and on paper.
#pragma once

namespace lithe::report {

// Free of < and >, so that the page is XML as well. Pictures take their colours from here.
inline constexpr const char* kPageStyle = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2330; --soft: #5b6474;
  --line: #dfe3ea; --card: #f5f6f9; --blue: #1168b3; --orange: #c64f17; --green: #0b7f5c; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e6e9ee; --soft: #a0a9b7; --line: #303741; --card: #1d2128;
    --blue: #62aeea; --orange: #f28d60; --green: #4fc795; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1080px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 0 0 6px; }
h3 { font-size: 15px; margin: 16px 0 4px; }
p { margin: 0 0 10px; max-width: 75ch; }
code { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
.soft, figcaption { color: var(--soft); }
section { margin-top: 34px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px;
  margin-top: 18px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 10px 12px; }
.card b { display: block; font-size: 22px; line-height: 1.3; font-weight: 600; }
.card span { color: var(--soft); font-size: 13px; display: block; }
.scroll { overflow-x: auto; max-width: 100%; margin-bottom: 10px; }
.beside { display: flex; flex-wrap: wrap; gap: 10px 36px; align-items: flex-start; }
.charts { display: flex; flex-wrap: wrap; gap: 18px; margin-bottom: 10px; }
.charts svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; }
th { color: var(--soft); font-weight: 500; font-size: 13px; }
th.text, td.text { text-align: left; overflow-wrap: anywhere; min-width: 90px; }
td.values { min-width: 220px; }
.notice { margin-top: 18px; }
.bar { display: inline-block; vertical-align: middle; width: 60px; height: 8px; margin-left: 8px;
  background: var(--line); border-radius: 4px; overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--blue); }
.errors { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 14px; }
figure { margin: 0; }
figure img { display: block; width: 96px; height: 96px; object-fit: contain;
  image-rendering: pixelated; background: var(--card); border: 1px solid var(--line); }
figcaption { font-size: 12.5px; line-height: 1.35; margin-top: 4px; overflow-wrap: anywhere; }
figcaption b { color: var(--ink); }
.wrong { color: var(--orange); font-weight: 600; }
@media (max-width: 600px) { body { padding: 14px; } h1 { font-size: 21px; }
  .cards { grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); }
  .bar { display: none; } th, td { padding-right: 8px; } }
@media print { body { max-width: none; padding: 0; font-size: 12px; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; } .scroll { overflow: visible; }
  .scroll svg { max-width: 100%; height: auto; } svg, tr, figure, .card { break-inside: avoid; }
  h2, section p { break-after: avoid; } p { break-inside: avoid; } section { margin-top: 20px; } }
)";

}  // namespace lithe::report
