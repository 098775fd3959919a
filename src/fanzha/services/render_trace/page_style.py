"""The style sheet and the small script of the page; its policy allows these two texts by hash and nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

from fanzha.services.render_trace.flow_style import FLOW_STYLE

FRAME: Final = 66  # pixels left and right of the picture
PRINT_WIDTH: Final = 1040  # pixels of an A4 page laid across
PRINT_WARNING: Final = 12  # pixels of a warning above the figures
PRINT_HEIGHT: Final = 480  # pixels of an A4 page's height that the picture may take below the figures
PRINT_PERCENT_MIN: Final = 45  # smaller cannot be read
PRINT_PERCENT_MAX: Final = 80

_PAGE: Final = """
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
header{padding-top:10px;display:flex;flex-wrap:wrap;gap:0 20px;align-items:baseline}
h1{font-size:20px;line-height:28px;margin:0}
h2{font-size:16px;margin:20px 0 8px}
section.method>h2:first-child{margin:2px 0 4px}
[lang=en]{font-weight:400;font-size:12px;color:var(--muted);margin-left:4px}
p{margin:4px 0}
.meta,.note,.small{color:var(--muted);font-size:12px;line-height:18px}
.meta code{overflow-wrap:anywhere}
code{font-family:ui-monospace,"SFMono-Regular",Consolas,"Liberation Mono",monospace}
.simulated{display:inline-block;border:1px solid var(--strong);border-radius:3px;padding:0 6px;font-size:12px;
font-weight:400;margin-left:8px}
.ledger{display:flex;flex-wrap:wrap;gap:8px;margin:4px 0;padding:0}
.ledger div{background:var(--panel);border:1px solid var(--line);border-left-width:5px;border-radius:4px;
padding:2px 10px 4px;flex:1 1 132px}
.ledger .stoppable{flex:4 1 420px}.ledger .spent{flex:2 1 220px}
.ledger dt{white-space:nowrap;font-size:12px;color:var(--muted)}
.ledger dd{margin:0;font-size:18px;font-weight:600;white-space:nowrap}
.ledger dd small{display:block;font-size:12px;font-weight:400;color:var(--muted);line-height:16px;
white-space:pre-line}
.next{display:flex;gap:2px 14px;background:var(--mark);border:1px solid var(--line);border-radius:4px;
padding:4px 10px;margin:6px 0}
.next>strong{white-space:nowrap}.next ol{display:flex;flex-wrap:wrap;gap:2px 40px;margin:0;padding:0 0 0 18px}
.next small{font-size:12px;color:var(--muted)}
a{color:var(--stopped)}
.ledger .stoppable{border-left-color:var(--stoppable)}.ledger .held{border-left-color:var(--stopped)}
.ledger .spent{border-left-color:var(--cashed)}
.ledger .unknown{border-left-color:var(--unknown);border-left-style:double}
.ledger .origin{border-left-color:var(--text)}
.check{font-weight:600;color:var(--ok)}.check.broken{color:var(--breach)}
fieldset.methods{border:0;margin:6px 0 0;padding:0;min-width:0}
fieldset.methods>legend{float:left;padding:3px 10px 0 0;font-weight:600}
fieldset.methods>input{position:absolute;opacity:0;width:24px;height:24px}
fieldset.methods>label{display:inline-block;padding:2px 12px;margin:0 4px 6px 0;border:1px solid var(--strong);
border-radius:4px;background:var(--panel);cursor:pointer}
fieldset.methods>input:checked+label{border-color:var(--text);box-shadow:inset 0 -3px 0 var(--text);font-weight:600}
fieldset.methods>input:focus-visible+label,a:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--focus);
outline-offset:2px}
section.method{display:none}
section.method{clear:both}
.flow-frame,.scroll{background:var(--panel);border:1px solid var(--line);border-radius:4px}
.flow-frame{padding:8px;overflow-x:auto;scroll-margin-top:8px}
.scroll{margin-bottom:12px;scroll-margin-top:40px}
.hint{display:none}
"""
_TABLES: Final = """
svg.flow{width:100%}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:6px 0;padding:0;list-style:none;font-size:12px;
color:var(--muted)}
table{border-collapse:collapse;width:100%;font-size:13px}
caption{text-align:left;padding:6px 10px;font-weight:600}
th,td{padding:5px 10px;border-top:1px solid var(--line);text-align:left;vertical-align:top}
thead th{white-space:nowrap;background:var(--panel);border-bottom:2px solid var(--strong);position:sticky;top:33px;z-index:1}
td.number,th.number{text-align:right;white-space:nowrap}
td.account{white-space:nowrap}
.account i{font-style:normal}.account i+i{margin-left:.35em}
.details{position:relative;margin-top:14px}
.bar-top{position:sticky;top:0;z-index:2;display:flex;gap:4px 18px;align-items:center;height:36px;background:var(--bg);
overflow-x:auto;white-space:nowrap}
.bar-top h2{margin:0}.jumps{display:flex;gap:4px 14px}
.back{white-space:nowrap}td .back{font-size:12px;margin-left:6px}
tbody tr{scroll-margin-top:84px}
@media (max-width:700px){.next{display:block}.ledger .stoppable{flex-basis:100%}}
@media (max-width:1100px){.scroll{overflow:auto;max-height:80vh}.scroll thead th{top:0}}
@media (max-width:1699px){fieldset.methods>label [lang=en]{display:none}}
thead th{box-shadow:inset 0 -2px 0 var(--strong)}
tr:target td,tr:target th{background:var(--mark)}
tbody th{font-weight:400}
tfoot td,tfoot th{font-weight:600;border-top:2px solid var(--strong)}
td .sources{display:block;color:var(--muted);font-size:12px;line-height:16px;overflow-wrap:anywhere}
.state-mark.part{color:var(--muted)}.state-mark.stoppable{color:var(--stoppable);font-weight:600}
.state-mark.returned{color:var(--ok)}.state-mark.cashed{color:var(--cashed)}.state-mark.frozen{color:var(--frozen)}.state-mark.stopped{color:var(--stopped)}
.warnings{border-left:5px solid var(--stoppable);background:var(--panel);padding:6px 14px;margin:12px 0}
.warnings ul{margin:2px 0 2px 18px;padding:0}
footer{padding-top:16px;padding-bottom:24px}
@media (forced-colors:active){.bar{forced-color-adjust:none}}
@media (prefers-reduced-motion:no-preference){.ribbons path{transition:fill-opacity .15s}}
@page{size:A4 landscape;margin:12mm 10mm 14mm}
@media print{:root{--bg:#FFF;--panel:#FFF;--card:#FFF;--text:#000;--muted:#333;--line:#BBB;--mark:#FFF}
html{font-size:10px;line-height:15px}main,header,footer{padding:0}h1{font-size:15px;line-height:20px}
h2{font-size:12px;margin:6px 0 3px;break-after:avoid}
fieldset.methods>legend,fieldset.methods>label,fieldset.methods>input,.back,.jumps,.hint{display:none}
.flow-frame,.scroll{overflow:visible;max-height:none;border:0;padding:0}
.flow-frame{break-inside:avoid}
[lang=en],.meta,.note,.legend,td .sources,.ledger dt,.ledger dd small,.next small{font-size:8px;line-height:11px}
.ledger{flex-wrap:nowrap}.ledger div,.ledger .stoppable,.ledger .spent{flex:1 1 auto;padding:1px 6px}
.ledger dd{font-size:12px}.warnings{margin:3px 0;padding:1px 8px;font-size:8px;line-height:12px}.warnings ul{margin:0 0 0 14px}
th,td{padding:2px 6px}.next{padding:1px 6px;margin:3px 0}
caption{padding:4px 6px}
table{font-size:9px}thead{display:table-header-group;break-after:avoid}tfoot{display:table-row-group}
tr{break-inside:avoid}thead th,.scroll thead th,.bar-top{position:static}.bar-top{height:auto;overflow:visible}
.details,.scroll{position:static}
.bar-top::before,.scroll::before{content:"";display:block;height:24mm;margin-bottom:-24mm;break-inside:avoid}
.bar-top{display:block;break-after:avoid}.bar-top::before{height:40mm;margin-bottom:-40mm}
a{color:inherit;text-decoration:none}}
"""
STYLE: Final = f"{_PAGE.strip()}\n{FLOW_STYLE}\n{_TABLES.strip()}"

SCRIPT: Final = """
(function(){
var marked=[];
function light(card,on){
var svg=card.closest("svg.flow");if(!svg)return;
marked.forEach(function(path){path.classList.remove("lit")});marked=[];
if(!on)return;
var wanted=card.getAttribute("data-c");
svg.querySelectorAll(".ribbons path").forEach(function(path){
if(path.getAttribute("data-from")===wanted||path.getAttribute("data-to")===wanted){path.classList.add("lit");marked.push(path)}});
}
document.querySelectorAll("svg.flow .card").forEach(function(card){
card.addEventListener("focus",function(){light(card,true)});
card.addEventListener("blur",function(){light(card,false)});
card.addEventListener("mouseenter",function(){light(card,true)});
card.addEventListener("mouseleave",function(){light(card,false)});
});
})();
""".strip()


def method_rules(drawings: Sequence[tuple[int, int]], warnings: int = 0) -> str:
    """Rules that show the section of the chosen method by the radio button alone, and that fit its picture.

    `drawings` are the least width and the height of every method's picture in pixels: narrower than that it scrolls and
    says so; printed, it is scaled to stand on the first page below its figures, as far as it can still be read.
    """
    room = PRINT_HEIGHT - PRINT_WARNING * warnings
    rules = []
    for place, (width, height) in enumerate(drawings):
        percent = max(PRINT_PERCENT_MIN, min(PRINT_PERCENT_MAX, room * 100 // height))
        percent = min(percent, PRINT_WIDTH * 100 // width)
        rules.append(
            f"#m{place}:checked~#s{place}{{display:block}}"
            f"@media screen{{#s{place} svg.flow{{min-width:{width}px}}}}"
            f"@media screen and (max-width:{width + FRAME - 1}px){{#s{place} .hint{{display:block}}}}"
            f"@media print{{#s{place} svg.flow{{zoom:{percent}%}}}}"
        )
    return "".join(rules)


def allowed_by(text: str) -> str:
    """The policy's source expression for one inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def content_policy(style: str, script: str) -> str:
    """What the page may load: the two texts in it, nothing from anywhere."""
    return (
        f"default-src 'none'; style-src {allowed_by(style)}; script-src {allowed_by(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
