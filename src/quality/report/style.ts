/** The look of HTML reports: readable on a screen and on paper, without anything loaded. */
import { PALETTE } from './palette.ts';

/** One style sheet. */
export const STYLE = `
:root { color-scheme: only light; }
body { margin: 0; background: #f6f7fa; color: ${PALETTE.ink}; font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px; }
h1 { margin: 0 0 12px; font-size: 28px; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 19px; }
h3 { margin: 20px 0 6px; font-size: 15px; }
header, section { background: #fff; border: 1px solid ${PALETTE.line}; border-radius: 10px; padding: 20px 24px; margin: 0 0 20px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt { color: ${PALETTE.faint}; }
dd { margin: 0; overflow-wrap: anywhere; }
.lead { margin: 0 0 12px; color: ${PALETTE.faint}; }
.note { margin: 0 0 12px; padding: 10px 16px; background: #fff7e6; border-left: 4px solid #e0a100; border-radius: 4px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin: 0 0 20px; }
.card { background: #fff; border: 1px solid ${PALETTE.line}; border-radius: 10px; padding: 14px 16px; }
.card b { display: block; font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.card span { display: block; }
.card .range { font-size: 13px; }
.card small { display: block; line-height: 1.35; color: ${PALETTE.faint}; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(500px, 1fr)); gap: 20px; align-items: start; margin: 0 0 20px; }
.columns section:last-child:nth-child(odd) { grid-column: 1 / -1; }
.columns section { margin: 0; min-width: 0; height: 100%; box-sizing: border-box; }
figure { margin: 0; overflow-x: auto; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; }
figcaption i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
figure svg { max-width: 100%; height: auto; display: block; margin: 0 auto; }
.wide { overflow-x: auto; }
details { margin: 12px 0 0; }
summary { color: ${PALETTE.faint}; cursor: pointer; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: ${PALETTE.faint}; font-weight: 600; border-bottom: 2px solid ${PALETTE.line}; white-space: nowrap; }
td, th { padding: 6px 12px 6px 0; vertical-align: top; }
td { border-bottom: 1px solid ${PALETTE.line}; overflow-wrap: anywhere; }
td:not(.number) { min-width: 8em; }
details th, details th.number { white-space: normal; vertical-align: bottom; }
details td:not(.number) { min-width: 6em; }
td small { display: block; color: ${PALETTE.faint}; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: inline-block; width: 70px; height: 9px; background: ${PALETTE.pale}; border-radius: 5px; margin-right: 8px; overflow: hidden; }
.bar i { display: block; height: 100%; background: ${PALETTE.accent}; }
.answer, .clarify, .no_match, .decision { white-space: nowrap; }
.share { display: inline-block; min-width: 3.2em; }
.answer { color: ${PALETTE.wrongText}; font-weight: 600; }
.clarify { color: #9a6b00; }
.no_match { color: ${PALETTE.faint}; }
ul { margin: 8px 0 0; padding-left: 20px; }
@media screen and (max-width: 620px) { figure.matrix svg { max-width: none; margin: 0; } .columns { grid-template-columns: 1fr; } main { padding: 12px; } header, section { padding: 14px; } }
@media print {
  body { background: #fff; font-size: 13px; }
  main { max-width: none; padding: 0; }
  header, section, .card { break-inside: avoid; border-color: #ccc; }
  section:has(> .wide tr:nth-child(12)) { break-inside: auto; }
  h2, h3, .lead { break-after: avoid; }
  tr, figure { break-inside: avoid; }
  .wide, figure { overflow: visible; }
  th { white-space: normal; }
  td:not(.number) { min-width: 6em; }
  td svg { max-width: 110px; }
  .bar, details { display: none; }
}
`;
