"""The style of HTML reports: light and dark by the system, one column on a phone."""

STYLE = """
:root{color-scheme:light dark;--ground:#F6F6F4;--surface:#FFF;--line:#E2E1DD;--text:#1D2126;
--dim:#5B636E;--accent:#2B6CB0;--good:#1B6E3C;--bad:#A8321E}
@media(prefers-color-scheme:dark){:root{--ground:#15171B;--surface:#1D2026;--line:#2D323B;
--text:#E7E9EC;--dim:#98A1AD;--accent:#7AB0F5;--good:#6FCF97;--bad:#F2957F}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1200px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px}
h2{font-size:18px;margin:40px 0 8px}
h3{font-size:16px;margin:0 0 4px}
p{margin:0 0 8px}
.dim,.how{color:var(--dim)}
.how{font-size:14px;max-width:75ch}
.box{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:16px}
.answer{border-left:4px solid var(--accent);margin:16px 0}
.answer p:first-child{font-size:18px}
.answer p:last-child{margin:0}
.remark{border-left:4px solid var(--bad);margin:8px 0;padding:8px 16px}
.grid{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr))}
.small{grid-template-columns:repeat(auto-fit,minmax(min(100%,260px),1fr))}
figure{margin:0}
figcaption{font-size:14px;color:var(--dim);margin-top:4px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg.mark{display:inline-block;width:12px;height:12px;vertical-align:-1px;margin-right:6px}
svg text{fill:var(--text);font-size:13px}
svg .tick,svg .note{fill:var(--dim);font-size:12px}
svg .label{fill:var(--dim)}
svg .name{font-weight:600;paint-order:stroke;stroke:var(--surface);stroke-width:3px}
svg .grid{stroke:var(--line);fill:none}
svg .axis,svg .bar{stroke:var(--dim);fill:none}
svg .bar{stroke-width:1.5}
svg .edge{stroke:var(--accent);stroke-width:1.5;stroke-dasharray:5 4;fill:none}
svg .ring{stroke:var(--accent);stroke-width:2;fill:none}
svg .floor{stroke:var(--dim);stroke-dasharray:2 3;fill:none}
svg .dot{stroke:var(--surface);stroke-width:1.2}
.scroll{overflow-x:auto;padding:0}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:8px 12px;text-align:right;vertical-align:top;white-space:nowrap;
border-bottom:1px solid var(--line)}
tr:last-child td,tr:last-child th{border-bottom:0}
th{font-weight:600}
thead th{color:var(--dim);font-weight:400}
th:first-child,td.words,table.rows th:nth-child(2){text-align:left}
tbody th{position:sticky;left:0;background:var(--surface)}
td small{display:block;color:var(--dim);font-size:13px}
td.words{white-space:normal;min-width:140px}td.words small{white-space:normal}
.loses{color:var(--bad);font-weight:600}
.good{color:var(--good);font-weight:600}
pre,code{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;font-size:14px;margin:0}
dt{color:var(--dim)}dd{margin:0}
details{margin:8px 0}summary{cursor:pointer;color:var(--accent)}
ul{margin:0;padding-left:20px}li{margin:0 0 8px}
@media(max-width:640px){
h1{font-size:21px}
main{padding:16px 12px 48px}
table.rows thead{display:none}
table.rows,table.rows tbody,table.rows tr,table.rows th,table.rows td{display:block;width:100%}
table.rows tr{padding:12px 0;border-bottom:1px solid var(--line)}
table.rows tr:last-child{border:0}
table.rows th,table.rows td{border:0;padding:4px 16px}
table.rows tbody th{position:static;font-size:16px}
table.rows td{display:flex;justify-content:space-between;gap:16px;text-align:right}
table.rows td::before{content:attr(data-label);color:var(--dim);text-align:left;flex:none}
table.rows td small{white-space:normal}
table.rows td.words{text-align:right}
table.kinds th,table.kinds td{padding:8px}
table.kinds th:nth-child(2),table.kinds td:nth-child(2){display:none}
svg text{font-size:15px}svg .tick,svg .note{font-size:14px}
dl{grid-template-columns:1fr}dd{margin-bottom:8px}
}
@media print{body{background:#fff}details{display:block}}
"""
