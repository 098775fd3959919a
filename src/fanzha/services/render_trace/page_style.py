"""The style sheet and the small script of the page; its policy allows these two texts by hash and nothing else."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--bg:#F5F7FA;--panel:#FFF;--text:#1F2933;--muted:#52606D;--line:#D5DCE4;--strong:#9AA5B1;
--stoppable:#B45309;--stopped:#0B5FA5;--frozen:#3730A3;--gone:#6B7280;--cashed:#9D174D;--unknown:#4B5563;--ok:#0F766E;
--breach:#B42318;--ribbon:#8FA3B8;--card:#FFF;--focus:#0B5FA5;--mark:#FDF3E3}
@media (prefers-color-scheme:dark){:root{--bg:#0B1220;--panel:#111A2B;--text:#E6EDF3;--muted:#9FB0C3;--line:#2A3750;
--strong:#5B6B82;--stoppable:#F5A524;--stopped:#58A6FF;--frozen:#A5B4FC;--gone:#8B98A9;--cashed:#F472B6;--unknown:#9FB0C3;
--ok:#2DD4BF;--breach:#FF7B72;--ribbon:#4A5F7D;--card:#16213A;--focus:#58A6FF;--mark:#2B2414}}
*{box-sizing:border-box}
html{font-family:system-ui,-apple-system,"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",
"Source Han Sans SC","WenQuanYi Micro Hei",sans-serif;font-size:14px;line-height:22px;font-variant-numeric:tabular-nums}
body{margin:0;background:var(--bg);color:var(--text)}
main,header,footer{padding:0 24px}
header{padding-top:16px}
h1{font-size:20px;line-height:28px;margin:0}
h2{font-size:16px;margin:20px 0 8px}
section.method>h2:first-child{margin-top:4px}
[lang=en]{font-weight:400;font-size:12px;color:var(--muted);margin-left:4px}
p{margin:4px 0}
.meta,.note,.small{color:var(--muted);font-size:12px;line-height:18px}
.meta code{overflow-wrap:anywhere}
code{font-family:ui-monospace,"SFMono-Regular",Consolas,"Liberation Mono",monospace}
.simulated{display:inline-block;border:1px solid var(--strong);border-radius:3px;padding:0 6px;font-size:12px;
font-weight:400;margin-left:8px}
.ledger{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0 4px;padding:0}
.ledger div{background:var(--panel);border:1px solid var(--line);border-left-width:5px;border-radius:4px;
padding:4px 14px 6px;flex:1 1 auto}
.ledger dt{font-size:12px;color:var(--muted)}
.ledger dd{margin:0;font-size:18px;font-weight:600;white-space:nowrap}
.ledger dd small{display:block;font-size:12px;font-weight:400;color:var(--muted);line-height:16px}
.ledger .stoppable{border-left-color:var(--stoppable)}.ledger .held{border-left-color:var(--stopped)}
.ledger .spent{border-left-color:var(--cashed)}
.ledger .unknown{border-left-color:var(--unknown);border-left-style:double}
.ledger .origin{border-left-color:var(--text)}
.check{font-weight:600;color:var(--ok)}.check.broken{color:var(--breach)}
fieldset.methods{border:0;margin:12px 0 0;padding:0;min-width:0}
fieldset.methods>legend{padding:0;font-weight:600;margin-bottom:4px}
fieldset.methods>input{position:absolute;opacity:0;width:24px;height:24px}
fieldset.methods>label{display:inline-block;padding:2px 12px;margin:0 4px 6px 0;border:1px solid var(--strong);
border-radius:4px;background:var(--panel);cursor:pointer}
fieldset.methods>input:checked+label{border-color:var(--text);box-shadow:inset 0 -3px 0 var(--text);font-weight:600}
fieldset.methods>input:focus-visible+label,a:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--focus);
outline-offset:2px}
section.method{display:none}
.flow-frame,.scroll{overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:4px}
.flow-frame{padding:8px}
.scroll{margin-bottom:12px}
svg.flow{display:block;font-size:12px;fill:var(--text);min-width:min(100%,1360px);height:auto;margin:0 auto}
.ribbons path{fill:none;stroke:var(--ribbon);stroke-opacity:.42}
.ribbons path.pale{stroke-opacity:.16}
.ribbons path.lit{stroke:var(--focus);stroke-opacity:.8}
.box{fill:var(--card);stroke:var(--strong)}
.card.victim .box{stroke:var(--text);stroke-width:2}
.card.other .box{stroke-dasharray:2 3}
.card.exit .box{stroke:var(--strong);stroke-dasharray:6 3}
.card.stoppable .box{stroke:var(--stoppable);stroke-width:2}
.card.frozen .box{stroke:var(--frozen);stroke-width:3}.card.stopped .box{stroke:var(--stopped);stroke-width:3}
.card.unknown .box{stroke:var(--unknown);stroke-width:1.5;stroke-dasharray:4 3}
.card:focus{outline:none}.card:focus .box,.card:hover .box{stroke:var(--focus);stroke-width:3}
.main{font-weight:600}.small,text.column{font-size:12px}text.small{fill:var(--muted)}
text.column{font-weight:600;font-size:13px}
text.end,text.amount{text-anchor:end}text.amount{font-weight:600}
text.stub{fill:var(--muted)}
.stoppable text.state,.stoppable text.amount{fill:var(--stoppable)}.stopped text.state{fill:var(--stopped)}
.frozen text.state{fill:var(--frozen)}.gone text.state,.gone text.amount{fill:var(--gone);font-weight:400}
.gone text.amount,.gone text.state{fill:var(--muted)}.cashed text.state,.cashed text.amount{fill:var(--cashed)}
.unknown text.state,.unknown text.amount{fill:var(--unknown)}
.bar.stoppable{fill:var(--stoppable)}.bar.held{fill:var(--stopped)}.bar.spent{fill:var(--cashed)}
.bar.gone{fill:var(--panel);stroke:var(--gone);stroke-width:.75}.bar.unknown{stroke:var(--unknown);stroke-width:.5}
.hatch-ground{fill:var(--panel)}.hatch-line{fill:var(--unknown)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:6px 0;padding:0;list-style:none;font-size:12px;
color:var(--muted)}
table{border-collapse:collapse;width:100%;font-size:13px}
caption{text-align:left;padding:6px 10px;font-weight:600}
th,td{padding:5px 10px;border-top:1px solid var(--line);text-align:left;vertical-align:top}
thead th{white-space:nowrap;background:var(--panel);border-bottom:2px solid var(--strong);position:sticky;top:0}
td.number,th.number{text-align:right;white-space:nowrap}
td.account{white-space:nowrap;font-variant-numeric:tabular-nums}
tr:target td,tr:target th{background:var(--mark)}
tbody th{font-weight:400}
tfoot td,tfoot th{font-weight:600;border-top:2px solid var(--strong)}
td .sources{display:block;color:var(--muted);font-size:12px;line-height:16px;overflow-wrap:anywhere}
.state-mark{white-space:nowrap}.state-mark.stoppable{color:var(--stoppable);font-weight:600}
.state-mark.cashed{color:var(--cashed)}.state-mark.frozen{color:var(--frozen)}.state-mark.stopped{color:var(--stopped)}
.warnings{border-left:5px solid var(--stoppable);background:var(--panel);padding:6px 14px;margin:12px 0}
.warnings ul{margin:2px 0 2px 18px;padding:0}
footer{padding-top:16px;padding-bottom:24px}
@media (forced-colors:active){.bar{forced-color-adjust:none}}
@media (prefers-reduced-motion:no-preference){.ribbons path{transition:stroke-opacity .15s}}
@page{size:A4 landscape;margin:12mm 10mm 14mm}
@media print{:root{--bg:#FFF;--panel:#FFF;--card:#FFF;--text:#000;--muted:#333;--line:#BBB}
html{font-size:10px;line-height:15px}main,header,footer{padding:0}
fieldset.methods>legend,fieldset.methods>label,fieldset.methods>input{display:none}
.flow-frame,.scroll{overflow:visible;border:0;padding:0}
svg.flow{width:100%;min-width:0;max-height:150mm}
[lang=en],.meta,.note,.legend,td .sources,.ledger dt,.ledger dd small{font-size:8px;line-height:11px}
.ledger div{padding:2px 8px}.ledger dd{font-size:13px}th,td{padding:2px 6px}
table{font-size:9px}thead{display:table-header-group;break-after:avoid}tfoot{display:table-row-group}
tr{break-inside:avoid}thead th{position:static}
h2{break-after:avoid}.flow-frame{break-inside:avoid}a{color:inherit;text-decoration:none}}
""".strip()

SCRIPT: Final = """
(function(){
var marked=[];
function light(card,on){
var svg=card.ownerSVGElement;if(!svg)return;
marked.forEach(function(path){path.classList.remove("lit")});marked=[];
if(!on)return;
var wanted=card.getAttribute("data-c");
svg.querySelectorAll(".ribbons path").forEach(function(path){
var ends=path.getAttribute("data-e").split(" ");
if(ends[0]===wanted||ends[1]===wanted){path.classList.add("lit");marked.push(path)}});
}
document.querySelectorAll("svg.flow .card").forEach(function(card){
card.addEventListener("focus",function(){light(card,true)});
card.addEventListener("blur",function(){light(card,false)});
card.addEventListener("mouseenter",function(){light(card,true)});
card.addEventListener("mouseleave",function(){light(card,false)});
});
})();
""".strip()


def method_rules(count: int) -> str:
    """Rules that show the section of the chosen method; without a script, by the radio button alone."""
    return "".join(f"#m{place}:checked~#s{place}{{display:block}}" for place in range(count))


def allowed_by(text: str) -> str:
    """The policy's source expression for one inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def content_policy(style: str, script: str) -> str:
    """What the page may load: the two texts in it, nothing from anywhere."""
    return (
        f"default-src 'none'; style-src {allowed_by(style)}; script-src {allowed_by(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
