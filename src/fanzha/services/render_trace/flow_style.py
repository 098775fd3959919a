"""The style of the pictures of a flow, in the page's own colours: for every page that shows one.

The page gives the colours as custom properties: --text, --muted, --line, --strong, --panel, --card, --ribbon, --focus, --breach,
and one for each state: --stoppable, --stopped, --frozen, --gone, --cashed, --unknown, and --ok for what was given back.
"""

from __future__ import annotations

from typing import Final

FLOW_STYLE: Final = """
svg.flow{display:block;font-size:12px;fill:var(--text);margin:0 auto}
.ribbons path{fill:var(--ribbon);fill-opacity:.42}
.ribbons path.pale{fill-opacity:.16}
.ribbons path.stated{fill-opacity:.22;stroke:var(--muted);stroke-dasharray:6 4}
.ribbons path.inferred{fill-opacity:.12;stroke:var(--muted);stroke-dasharray:1 4;stroke-linecap:round}
.ribbons path[data-faint]{visibility:hidden}
.ribbons path[data-faint].lit{visibility:visible}
.ribbons path.lit{fill:var(--focus);fill-opacity:.8}
.box{fill:var(--card);stroke:var(--strong)}
.card.victim .box{stroke:var(--text);stroke-width:2}
.card.other .box{stroke-dasharray:2 3}
.card.exit .box{stroke:var(--strong);stroke-dasharray:6 3}
.card.stoppable .box{stroke:var(--stoppable);stroke-width:2}
.card.frozen .box{stroke:var(--frozen);stroke-width:3}.card.stopped .box{stroke:var(--stopped);stroke-width:3}
.card.stopped_part .box{stroke:var(--stopped);stroke-width:2;stroke-dasharray:9 3}
.card.chain .box,.card.same_amount .box,.card.same_window .box,.card.institution .box{stroke-dasharray:8 2}
.card.unknown .box{stroke:var(--unknown);stroke-width:1.5;stroke-dasharray:4 3}
a.card{scroll-margin:60px}.card:focus{outline:none}
.card:focus .box,.card:target .box,.card:hover .box{stroke:var(--focus);stroke-width:3}
.main{font-weight:600}.small{font-size:12px}text.small{fill:var(--muted)}
text.column{font-weight:600;font-size:13px}
text.end,text.amount{text-anchor:end}text.amount{font-weight:600}
text.stub{fill:var(--muted)}
text.act{text-anchor:end;fill:var(--stoppable);font-weight:600;cursor:pointer;text-decoration:underline}
.later{visibility:hidden}.pending .bar,.pending text.act{display:none}
.ribbons path.growing{fill-opacity:.12;stroke:var(--muted);stroke-dasharray:2 3}
.card.pending:not(:focus) .box{stroke:var(--strong);stroke-width:1}
.card.chosen .box{fill:var(--mark,var(--warn-soft));stroke-width:4}
.pending text.state,.pending text.amount{fill:var(--muted)}
.plain text.small,.plain text.stub{display:none}
.stoppable text.state,.stoppable text.amount{fill:var(--stoppable)}.stopped text.state{fill:var(--stopped)}
.stopped_part text.state,.stopped_part text.amount{fill:var(--stoppable)}.stopped text.amount{fill:var(--stopped)}
.frozen text.amount{fill:var(--frozen)}
.frozen text.state{fill:var(--frozen)}.gone text.state,.gone text.amount{fill:var(--gone);font-weight:400}
.gone text.amount,.gone text.state{fill:var(--muted)}.cashed text.state,.cashed text.amount{fill:var(--cashed)}
.part text.state,.part text.amount{fill:var(--muted);font-weight:400}
.unknown text.state,.unknown text.amount{fill:var(--unknown)}
.bar.stoppable{fill:var(--stoppable)}.bar.stopped{fill:var(--stopped)}.bar.frozen{fill:var(--frozen)}
.bar.cashed{fill:var(--cashed)}.bar.part{fill:var(--strong)}.bar.held{fill:var(--stopped);fill-opacity:.45}.bar.spent{fill:var(--cashed)}
.bar.returned{fill:var(--ok)}.returned text.state,.returned text.amount{fill:var(--ok)}
.bar.gone{fill:var(--panel);stroke:var(--gone);stroke-width:.75}.bar.unknown{stroke:var(--unknown);stroke-width:.5}
.hatch-ground{fill:var(--panel)}.hatch-line{fill:var(--unknown)}
.lanes .jumps path{stroke:var(--ribbon);fill:none}.lanes .jumps path.back{stroke:var(--cashed);stroke-dasharray:4 2}
.lanes .tip{fill:var(--muted)}.lanes .lane,.lanes .tick{stroke:var(--line)}
.lanes .balance{fill:var(--ribbon);fill-opacity:.7}.lanes .balance.stoppable{fill:var(--stoppable);fill-opacity:.6}
.lanes .balance.stopped,.lanes .balance.stopped_part{fill:var(--stopped)}.lanes .balance.frozen{fill:var(--frozen)}
.lanes path.fold{fill:none;stroke:var(--strong)}.lanes text.fold,.lanes text.out{text-anchor:middle}
.lanes .cursor{stroke:var(--breach);stroke-width:2}
.lanes text.out.cashed{fill:var(--cashed)}.lanes text.out.returned{fill:var(--ok)}
.flow-matrix{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
.flow-matrix caption{text-align:start;font-weight:600;padding:4px 0}
.flow-matrix th,.flow-matrix td{border:1px solid var(--line);padding:2px 8px;text-align:start}
.flow-matrix .number{text-align:end;white-space:nowrap}.flow-matrix tfoot{font-weight:600}
.flow-matrix td button{font:inherit;color:inherit;background:none;border:0;padding:2px;text-align:end;width:100%}
.flow-matrix td button{display:block;min-height:24px;cursor:pointer;white-space:nowrap}
.flow-matrix .band-1{background:color-mix(in srgb,var(--stoppable) 8%,transparent)}
.flow-matrix .band-2{background:color-mix(in srgb,var(--stoppable) 18%,transparent)}
.flow-matrix .band-3{background:color-mix(in srgb,var(--stoppable) 30%,transparent)}
.flow-matrix .band-4{background:color-mix(in srgb,var(--stoppable) 44%,transparent);font-weight:600}
""".strip()
